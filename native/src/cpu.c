// SPDX-License-Identifier: Apache-2.0
//
// Compiled for the base instruction set: this file must run everywhere.
#include "fastledger.h"

int fl_abi_version(void) { return FL_ABI_VERSION; }

int fl_cpu_supported(void)
{
#if defined(__x86_64__)
    // The compiler's run-time support also asks the operating system whether it saves the wide registers.
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512ifma")
               ? 1
               : 0;
#else
    return 0;
#endif
}
