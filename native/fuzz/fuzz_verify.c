// SPDX-License-Identifier: Apache-2.0
//
// Differential fuzzing: the native verifier and the libsodium that FASTLEDGER_LIBSODIUM names must agree on every input.
//   cmake -S native -B build -DCMAKE_C_COMPILER=clang -DFL_FUZZ=ON && cmake --build build
//   FASTLEDGER_LIBSODIUM=.../libsodium.so build/fuzz_verify -max_len=2048
#include "fastledger.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int (*verify)(const uint8_t *, const uint8_t *, unsigned long long, const uint8_t *);
static int (*keypair)(uint8_t *, uint8_t *, const uint8_t *);
static int (*sign)(uint8_t *, unsigned long long *, const uint8_t *, unsigned long long, const uint8_t *);

static void load(void)
{
    const char *path = getenv("FASTLEDGER_LIBSODIUM");
    void *library = path != NULL ? dlopen(path, RTLD_NOW) : NULL;
    if (library == NULL || fl_initialize() != 0) {
        fputs("FASTLEDGER_LIBSODIUM must name a libsodium, and the processor must have AVX-512 IFMA\n", stderr);
        exit(2);
    }
    *(void **)&verify = dlsym(library, "crypto_sign_verify_detached");
    *(void **)&keypair = dlsym(library, "crypto_sign_seed_keypair");
    *(void **)&sign = dlsym(library, "crypto_sign_detached");
}

// Input: eight times (choice, key or seed, change to the signature), then the messages. A choice bit makes a good signature first, to
// which the change is added, so that the fuzzer need not find one.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { item_size = 1 + 32 + 64 };
    if (verify == NULL) load();
    size_t count = size / item_size < 8 ? size / item_size : 8;
    const uint8_t *rest = data + count * item_size;
    size_t rest_size = size - count * item_size;
    uint8_t keys[8][32], signatures[8][64], secret[64], valid[8];
    fl_signed_message items[8];
    for (size_t i = 0; i < count; i++) {
        const uint8_t *item = data + i * item_size;
        size_t length = rest_size / (i + 1);
        memcpy(keys[i], item + 1, 32);
        memcpy(signatures[i], item + 33, 64);
        if (item[0] & 1) {
            keypair(keys[i], secret, item + 1);
            sign(signatures[i], NULL, rest, length, secret);
            for (int k = 0; k < 64; k++) signatures[i][k] ^= item[33 + k];
        }
        items[i] = (fl_signed_message){keys[i], rest, length, signatures[i]};
    }
    fl_ed25519_verify(items, count, valid);
    for (size_t i = 0; i < count; i++)
        if (valid[i] != (verify(signatures[i], rest, items[i].message_length, keys[i]) == 0)) abort();
    return 0;
}
