/* Holds a file open, and lets nobody replace it, until stdin ends: as a virus scanner or an indexer does. With the word
   `shared` it allows that; with `forever` it never ends by itself, nor by Ctrl-C. */
#include <stdio.h>
#include <windows.h>

int wmain(int count, wchar_t **words) {
    if (count < 2)
        return 1;
    int is_shared = count > 2 && wcscmp(words[2], L"shared") == 0, is_forever = count > 2 && !is_shared;
    DWORD share = FILE_SHARE_READ | (is_shared ? FILE_SHARE_WRITE | FILE_SHARE_DELETE : 0);
    if (CreateFileW(words[1], GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE)
        return 1;
    if (is_forever)
        SetConsoleCtrlHandler(NULL, TRUE);
    puts("held");
    fflush(stdout);
    if (is_forever)
        Sleep(INFINITE);
    while (getchar() != EOF)
        ;
    return 0;
}
