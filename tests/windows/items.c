/* Prints the items of the Credential Manager whose names contain a text: their sizes and names, one a line. */
#include <stdio.h>
#include <windows.h>
#include <wincred.h>

int wmain(int count, wchar_t **words) {
    DWORD found = 0;
    PCREDENTIALW *items;
    if (count < 2)
        return 1;
    if (!CredEnumerateW(NULL, 0, &found, &items))
        return GetLastError() == ERROR_NOT_FOUND ? 0 : 1;
    for (DWORD at = 0; at < found; at++)
        if (wcsstr(items[at]->TargetName, words[1]))
            printf("%lu %ls\n", items[at]->CredentialBlobSize, items[at]->TargetName);
    CredFree(items);
    return 0;
}
