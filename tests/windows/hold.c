/* Holds a file open, and lets nobody replace it, until stdin ends: as a virus scanner or an indexer does. With a second
   word it never ends by itself, nor by Ctrl-C. */
#include <stdio.h>
#include <windows.h>

int wmain(int count, wchar_t **words) {
    if (count < 2)
        return 1;
    if (CreateFileW(words[1], GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE)
        return 1;
    if (count > 2)
        SetConsoleCtrlHandler(NULL, TRUE);
    puts("held");
    fflush(stdout);
    if (count > 2)
        Sleep(INFINITE);
    while (getchar() != EOF)
        ;
    return 0;
}
