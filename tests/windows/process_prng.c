/* bcryptprimitives.dll for the Wine of Debian 12, which has none: the one function that Rust's standard library takes
   from it. For the tests only. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID data, ULONG size);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
    return SystemFunction036(data, size);
}
