/* Stands for a program of Windows. NAME.exe writes its arguments, a line each, to NAME.words, and prints NAME.says,
   which a test may have put beside it. */
#include <stdio.h>
#include <windows.h>

/* The path of this program with another extension. */
static wchar_t *beside(wchar_t *path, const wchar_t *extension) {
    GetModuleFileNameW(NULL, path, MAX_PATH);
    wcscpy(wcsrchr(path, L'.'), extension);
    return path;
}

static void write_words(int count, wchar_t **words) {
    static char word[131072];
    wchar_t new[MAX_PATH], path[MAX_PATH];
    FILE *file = _wfopen(beside(new, L".new"), L"wb");
    for (int at = 1; file && at < count; at++) {
        WideCharToMultiByte(CP_UTF8, 0, words[at], -1, word, sizeof word, NULL, NULL);
        fprintf(file, "%s\n", word);
    }
    if (file && !fclose(file))
        MoveFileExW(new, beside(path, L".words"), MOVEFILE_REPLACE_EXISTING);
}

int wmain(int count, wchar_t **words) {
    wchar_t path[MAX_PATH];
    write_words(count, words);
    FILE *says = _wfopen(beside(path, L".says"), L"rb");
    for (int byte; says && (byte = getc(says)) != EOF;)
        putchar(byte);
    return 0;
}
