// SPDX-License-Identifier: Apache-2.0
//
// Interface of the native library: Ed25519 verification in AVX-512 IFMA lanes, of eight signatures at a time, or of one under a key known
// before. Plain data in, answers out, no allocation, no callbacks. The library loads on every x86-64 machine; fl_cpu_supported says whether the rest may be called.
#ifndef FASTLEDGER_H
#define FASTLEDGER_H

#include <stddef.h>
#include <stdint.h>

#define FL_ABI_VERSION 2
#define FL_EXPORT __attribute__((visibility("default")))

// One signature to check. The layout is that of SignedMessage in FastLedger.Cryptography.
typedef struct {
    const uint8_t *public_key; // 32 bytes
    const uint8_t *message;    // may be null when message_length is 0
    size_t message_length;
    const uint8_t *signature; // 64 bytes: R, S
} fl_signed_message;

// The interface that this library was built for.
FL_EXPORT int fl_abi_version(void);

// 1 when processor and operating system offer all instructions that the functions below use.
FL_EXPORT int fl_cpu_supported(void);

// Builds the tables and checks known answers; must be called once, before and not beside the functions below. 0 when all is well.
FL_EXPORT int fl_initialize(void);

// valid[i] = 1 when libsodium's crypto_sign_verify_detached accepts items[i], else 0. Returns how many are valid.
FL_EXPORT size_t fl_ed25519_verify(const fl_signed_message *items, size_t count, uint8_t *valid);

// Bytes of a prepared key, which stands at an address that 64 divides.
FL_EXPORT size_t fl_ed25519_prepared_size(void);

// Prepares a key of 32 bytes for many verifications: about as much work as ten of them. 1 when libsodium accepts signatures under the key;
// otherwise 0, and the prepared key accepts none. No pointers in it: it may be copied.
FL_EXPORT int fl_ed25519_prepare(const uint8_t *public_key, void *prepared);

// 1 when libsodium's crypto_sign_verify_detached accepts the 64 bytes of the signature under the prepared key, else 0.
FL_EXPORT int fl_ed25519_verify_prepared(const void *prepared, const uint8_t *message, size_t message_length, const uint8_t *signature);

// SHA-512 of up to eight messages, each the concatenation of three parts; digests[i] has 64 bytes. Exported for the tests.
typedef struct {
    const uint8_t *part[3];
    size_t length[3];
} fl_sha512_input;

FL_EXPORT void fl_sha512_lanes(const fl_sha512_input *inputs, size_t count, uint8_t digests[][64]);

#endif
