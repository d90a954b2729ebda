// SPDX-License-Identifier: Apache-2.0
//
// Tests that need nothing but this library; where the environment variable FASTLEDGER_LIBSODIUM names a libsodium, also a comparison with
// it on tampered signatures. Meant to run under the sanitizers too.
#include "fastledger.h"
#include "scalar.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

static uint64_t random_state = 0x9e3779b97f4a7c15ULL;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static void fill_random(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)(next_random() >> 32);
}

static void from_hex(const char *hex, uint8_t *bytes)
{
    for (; *hex != 0; hex += 2) {
        unsigned byte;
        CHECK(sscanf(hex, "%2x", &byte) == 1);
        *bytes++ = (uint8_t)byte;
    }
}

// FIPS 180-4 examples; the second is the digest of 112 bytes, which pads to two blocks.
static void test_sha512(void)
{
    static const char *const messages[] = {"abc",
                                           "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                                           ""};
    static const char *const expected[] = {
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"};
    fl_sha512_input inputs[8];
    uint8_t digests[8][64], digest[64];
    for (size_t lane = 0; lane < 8; lane++) {
        const uint8_t *message = (const uint8_t *)messages[lane % 3];
        size_t length = strlen(messages[lane % 3]), cut = length / (lane + 1);
        inputs[lane] = (fl_sha512_input){{message, message + cut, message + length}, {cut, length - cut, 0}};
    }
    fl_sha512_lanes(inputs, 8, digests);
    for (size_t lane = 0; lane < 8; lane++) {
        from_hex(expected[lane % 3], digest);
        CHECK(memcmp(digest, digests[lane], 64) == 0);
    }
}

// Bit by bit: r = 2 r + bit, less L when that does not go below zero.
static void slow_reduce(const uint8_t h[64], uint8_t r[32])
{
    static const uint8_t order[33] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10, 0};
    uint8_t value[33] = {0}, less[33];
    for (int bit = 511; bit >= 0; bit--) {
        unsigned carry = (h[bit / 8] >> (bit % 8)) & 1;
        for (int i = 0; i < 33; i++) {
            carry |= (unsigned)value[i] << 1;
            value[i] = (uint8_t)carry;
            carry >>= 8;
        }
        int borrow = 0;
        for (int i = 0; i < 33; i++) {
            int difference = value[i] - order[i] - borrow;
            less[i] = (uint8_t)difference;
            borrow = difference < 0;
        }
        if (!borrow) memcpy(value, less, sizeof value);
    }
    memcpy(r, value, 32);
}

static void test_scalars(void)
{
    for (int round = 0; round < 3000; round++) {
        uint8_t h[64], fast[32], slow[32];
        fill_random(h, sizeof h);
        if (round % 5 == 0) memset(h, 0xff, sizeof h - (size_t)(round % 60));
        if (round % 7 == 0) memset(h + 32, 0, 32);
        scalar_reduce(h, fast);
        slow_reduce(h, slow);
        CHECK(memcmp(fast, slow, 32) == 0);
        CHECK(scalar_is_canonical(fast));
        slow_reduce(h, slow);
        uint8_t same[64] = {0};
        memcpy(same, h, 32);
        scalar_reduce(same, fast);
        CHECK(scalar_is_canonical(h) == (memcmp(fast, h, 32) == 0));

        int8_t digits16[64];
        int16_t digits256[32];
        scalar_digits16(slow, digits16);
        scalar_digits256(slow, digits256);
        int carry16 = 0, carry256 = 0;
        for (int i = 0; i < 32; i++) {
            int sum16 = digits16[2 * i] + 16 * digits16[2 * i + 1] + carry16, sum256 = digits256[i] + carry256;
            CHECK((uint8_t)sum16 == slow[i] && (uint8_t)sum256 == slow[i]);
            carry16 = (sum16 - slow[i]) / 256;
            carry256 = (sum256 - slow[i]) / 256;
        }
        CHECK(carry16 == 0 && carry256 == 0);
    }
}

static const char *const Vectors[][3] = { // RFC 8032, 7.1: public key, message, signature
    {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
    {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};

static void test_vectors(void)
{
    uint8_t keys[3][32], messages[3][2], signatures[3][64], valid[20];
    fl_signed_message items[20];
    for (size_t i = 0; i < 3; i++) {
        from_hex(Vectors[i][0], keys[i]);
        from_hex(Vectors[i][1], messages[i]);
        from_hex(Vectors[i][2], signatures[i]);
    }
    for (size_t count = 0; count <= 20; count++) {
        for (size_t i = 0; i < count; i++) items[i] = (fl_signed_message){keys[i % 3], messages[i % 3], strlen(Vectors[i % 3][1]) / 2, signatures[i % 3]};
        CHECK(fl_ed25519_verify(items, count, valid) == count);
    }
    for (int bit = 0; bit < 512; bit++) {
        uint8_t changed[64];
        memcpy(changed, signatures[2], 64);
        changed[bit / 8] ^= (uint8_t)(1 << (bit % 8));
        items[5].signature = changed;
        CHECK(fl_ed25519_verify(items, 9, valid) == 8 && valid[5] == 0);
    }
}

static __attribute__((aligned(64))) uint8_t prepared[1 << 17];

static void test_prepared(void)
{
    CHECK(fl_ed25519_prepared_size() <= sizeof prepared);
    for (size_t i = 0; i < 3; i++) {
        uint8_t key[32], message[2], signature[64];
        from_hex(Vectors[i][0], key);
        from_hex(Vectors[i][1], message);
        from_hex(Vectors[i][2], signature);
        size_t length = strlen(Vectors[i][1]) / 2;
        CHECK(fl_ed25519_prepare(key, prepared) == 1);
        CHECK(fl_ed25519_verify_prepared(prepared, message, length, signature) == 1);
        for (int bit = 0; bit < 512; bit++) {
            signature[bit / 8] ^= (uint8_t)(1 << (bit % 8));
            CHECK(fl_ed25519_verify_prepared(prepared, message, length, signature) == 0);
            signature[bit / 8] ^= (uint8_t)(1 << (bit % 8));
        }
    }
}

typedef int (*sign_seed_keypair)(uint8_t *, uint8_t *, const uint8_t *);
typedef int (*sign_detached)(uint8_t *, unsigned long long *, const uint8_t *, unsigned long long, const uint8_t *);
typedef int (*verify_detached)(const uint8_t *, const uint8_t *, unsigned long long, const uint8_t *);

static void compare_with_libsodium(const char *path)
{
    void *library = dlopen(path, RTLD_NOW);
    CHECK(library != NULL);
    sign_seed_keypair keypair;
    sign_detached sign;
    verify_detached verify;
    *(void **)&keypair = dlsym(library, "crypto_sign_seed_keypair");
    *(void **)&sign = dlsym(library, "crypto_sign_detached");
    *(void **)&verify = dlsym(library, "crypto_sign_verify_detached");
    CHECK(keypair && sign && verify);
    int accepted = 0;
    for (int round = 0; round < 400; round++) {
        uint8_t keys[8][32], secret[64], seed[32], messages[8][300], signatures[8][64], valid[8];
        fl_signed_message items[8];
        for (size_t lane = 0; lane < 8; lane++) {
            size_t length = next_random() % sizeof messages[0];
            fill_random(seed, sizeof seed);
            fill_random(messages[lane], sizeof messages[0]);
            keypair(keys[lane], secret, seed);
            sign(signatures[lane], NULL, messages[lane], length, secret);
            items[lane] = (fl_signed_message){keys[lane], messages[lane], length, signatures[lane]};
            uint64_t change = next_random();
            switch (change % 8) {
            case 0: signatures[lane][change / 8 % 64] ^= (uint8_t)(1 << (change / 512 % 8)); break;
            case 1: keys[lane][change / 8 % 32] ^= (uint8_t)(1 << (change / 512 % 8)); break;
            case 2: memset(signatures[lane], 0, 32); break;
            case 3: memset(keys[lane] + 1, 0xff, 31); break;
            case 4: fill_random(signatures[lane], 64); break;
            default: break;
            }
        }
        fl_ed25519_verify(items, 8, valid);
        for (size_t lane = 0; lane < 8; lane++) {
            CHECK(valid[lane] == (verify(signatures[lane], messages[lane], items[lane].message_length, keys[lane]) == 0));
            accepted += valid[lane];
            fl_ed25519_prepare(keys[lane], prepared);
            CHECK(fl_ed25519_verify_prepared(prepared, messages[lane], items[lane].message_length, signatures[lane]) == valid[lane]);
        }
    }
    CHECK(accepted > 0);
    dlclose(library);
}

int main(void)
{
    CHECK(fl_abi_version() == FL_ABI_VERSION);
    test_scalars();
    if (!fl_cpu_supported()) {
        puts("this processor has no AVX-512 IFMA: only the scalar part was tested");
        return 0;
    }
    CHECK(fl_initialize() == 0);
    test_sha512();
    test_vectors();
    test_prepared();
    const char *libsodium = getenv("FASTLEDGER_LIBSODIUM");
    if (libsodium != NULL) compare_with_libsodium(libsodium);
    puts(libsodium != NULL ? "all tests passed, libsodium agrees" : "all tests passed (FASTLEDGER_LIBSODIUM not set: no comparison)");
    return 0;
}
