/* Starts a program of Windows under Wine, which sets variables such as USERPROFILE itself: WINDOWS_NAME=VALUE becomes
   NAME=VALUE, or removes it where VALUE is empty.

   The rest of the command line is that of the program, as it is; or the whole of WINDOWS_COMMAND_LINE, to hand to
   CreateProcess what a library of AWS does. */
#include <string.h>
#include <windows.h>

#define PREFIX L"WINDOWS_"
#define COMMAND_LINE L"COMMAND_LINE"

static void set_variables(void) {
    size_t length = wcslen(PREFIX);
    wchar_t *next = GetEnvironmentStringsW();
    for (; next && *next; next += wcslen(next) + 1) {
        wchar_t entry[32768];
        if (wcsncmp(next, PREFIX, length) != 0)
            continue;
        wcscpy(entry, next);
        wchar_t *value = wcschr(entry, L'=');
        *value++ = 0;
        SetEnvironmentVariableW(entry, NULL);
        SetEnvironmentVariableW(entry + length, *value ? value : NULL);
    }
}

/* What follows the name of this program, which has no blanks. */
static wchar_t *rest(void) {
    wchar_t *line = GetCommandLineW();
    line += *line == L'"' ? wcscspn(line + 1, L"\"") + 2 : wcscspn(line, L" ");
    return line + wcsspn(line, L" ");
}

int wmain(void) {
    static wchar_t line[32768];
    set_variables();
    if (!GetEnvironmentVariableW(COMMAND_LINE, line, 32768))
        wcscpy(line, rest());
    SetEnvironmentVariableW(COMMAND_LINE, NULL);

    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
        return 127;
    DWORD status = 127;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    return status;
}
