/* Starts a program of Windows under Wine, which sets variables such as USERPROFILE itself: WINDOWS_NAME=VALUE becomes
   NAME=VALUE, or removes it where VALUE is empty.

   The rest of the command line is that of the program, as it is; or the whole of WINDOWS_COMMAND_LINE, to hand to
   CreateProcess what a library of AWS does. With WINDOWS_OUTPUT, the program has no stdin, and writes to that file.
   WINDOWS_INPUT comes to it through a pipe of Windows.

   It is an error if the program leaves the console in another mode, or with another code page. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

#define PREFIX L"WINDOWS_"
#define COMMAND_LINE L"COMMAND_LINE"
#define OUTPUT L"OUTPUT"
#define INPUT "INPUT"

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

/* What Ctrl-C and Ctrl-Break do is decided by the program. */
static BOOL WINAPI ignore(DWORD event) {
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

static HANDLE open_file(const wchar_t *name, DWORD how) {
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    DWORD access = GENERIC_READ | GENERIC_WRITE, share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    return CreateFileW(name, access, share, &inherited, how, 0, NULL);
}

/* Of a console: the modes of both ends, and the code pages. */
struct console {
    DWORD input, output;
    UINT input_page, output_page;
};

static struct console look(void) {
    struct console console = {.input_page = GetConsoleCP(), .output_page = GetConsoleOutputCP()};
    HANDLE input = open_file(L"CONIN$", OPEN_EXISTING);
    INPUT_RECORD key;
    DWORD count;
    /* Wine's console takes the keys itself, and their echo, once a program has asked for one. */
    PeekConsoleInputW(input, &key, 1, &count);
    GetConsoleMode(input, &console.input);
    GetConsoleMode(open_file(L"CONOUT$", OPEN_EXISTING), &console.output);
    return console;
}

int wmain(void) {
    static wchar_t line[32768], output[32768];
    static char input[1024];
    set_variables();
    if (!GetEnvironmentVariableW(COMMAND_LINE, line, 32768))
        wcscpy(line, rest());
    SetEnvironmentVariableW(COMMAND_LINE, NULL);

    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    if (GetEnvironmentVariableW(OUTPUT, output, 32768)) {
        SetEnvironmentVariableW(OUTPUT, NULL);
        start.dwFlags = STARTF_USESTDHANDLES;
        start.hStdInput = open_file(L"NUL", OPEN_EXISTING);
        start.hStdOutput = start.hStdError = open_file(output, CREATE_ALWAYS);
    }
    if (GetEnvironmentVariableA(INPUT, input, sizeof input)) {
        SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
        HANDLE writer;
        DWORD written;
        SetEnvironmentVariableA(INPUT, NULL);
        start.dwFlags = STARTF_USESTDHANDLES;
        start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
        start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
        CreatePipe(&start.hStdInput, &writer, &inherited, 0);
        WriteFile(writer, input, strlen(input), &written, NULL);
        CloseHandle(writer);
    }
    struct console before = look();
    SetConsoleCtrlHandler(ignore, TRUE);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
        return 127;
    DWORD status = 127;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    struct console after = look();
    if (memcmp(&before, &after, sizeof before) != 0) {
        printf("the console has changed: modes %lx %lx, %lx %lx; code pages %u %u, %u %u\n", before.input,
               before.output, after.input, after.output, before.input_page, before.output_page, after.input_page,
               after.output_page);
        return 125;
    }
    return status;
}
