/* Sends an event to the program that has started this one, and to itself, as a console does; says that it has come, and
   ends with status 7: once the file of the second word is there, if it has one. Wine's console knows Ctrl-C alone, so
   the others are delivered in the way in which Windows does it: by a thread that begins at CtrlRoutine, which is at one
   address in all processes. */
#include <stdio.h>
#include <windows.h>

#include <tlhelp32.h>

static const wchar_t *const EVENTS[] = {L"interrupt", L"break", L"close"};
static HANDLE has_come;

static BOOL WINAPI note(DWORD event) {
    printf("%ls has come\n", EVENTS[event]);
    fflush(stdout);
    SetEvent(has_come);
    return TRUE;
}

static DWORD parent(void) {
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE processes = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    for (BOOL is_one = Process32FirstW(processes, &entry); is_one; is_one = Process32NextW(processes, &entry))
        if (entry.th32ProcessID == GetCurrentProcessId())
            return entry.th32ParentProcessID;
    return 0;
}

static BOOL deliver(DWORD id, size_t event) {
    void *routine = (void *)GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine");
    HANDLE process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, id);
    return process && CreateRemoteThread(process, NULL, 0, routine, (void *)event, 0, NULL);
}

int wmain(int count, wchar_t **words) {
    DWORD event = CTRL_C_EVENT;
    while (count > 1 && event < CTRL_CLOSE_EVENT && wcscmp(words[1], EVENTS[event]) != 0)
        event++;
    has_come = CreateEventW(NULL, FALSE, FALSE, NULL);
    SetConsoleCtrlHandler(note, TRUE);
    if (event == CTRL_C_EVENT ? !GenerateConsoleCtrlEvent(event, 0)
                              : !deliver(parent(), event) || !deliver(GetCurrentProcessId(), event))
        return 1;
    WaitForSingleObject(has_come, INFINITE);
    while (count > 2 && GetFileAttributesW(words[2]) == INVALID_FILE_ATTRIBUTES)
        Sleep(10);
    return 7;
}
