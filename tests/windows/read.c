/* Writes a file to stdout, unless a lock keeps other programs from reading it. Wine would read that as well. */
#include <stdio.h>
#include <windows.h>

int wmain(int count, wchar_t **words) {
    static char content[65536];
    OVERLAPPED start = {0};
    DWORD length, share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    if (count != 2)
        return 1;
    HANDLE file = CreateFileW(words[1], GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE || !ReadFile(file, content, sizeof content, &length, NULL))
        return 1;
    if (!LockFileEx(file, LOCKFILE_FAIL_IMMEDIATELY, 0, length, 0, &start))
        return 33;
    return fwrite(content, 1, length, stdout) != length;
}
