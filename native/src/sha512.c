// SPDX-License-Identifier: Apache-2.0
//
// SHA-512 (FIPS 180-4) of eight messages at a time, one per 64-bit lane. Messages may differ in length: a lane that has ended keeps its
// state while others go on.
#include "fastledger.h"

#include <immintrin.h>
#include <string.h>

#define LANES 8
#define BLOCK 128

static const uint64_t K[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,};

static const uint64_t Initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static size_t total_length(const fl_sha512_input *input) { return input->length[0] + input->length[1] + input->length[2]; }

static size_t block_count(const fl_sha512_input *input) { return (total_length(input) + 1 + 16 + BLOCK - 1) / BLOCK; }

// Block number `number` of the padded message.
static void fill_block(const fl_sha512_input *input, size_t number, uint8_t block[BLOCK])
{
    size_t start = number * BLOCK, position = 0, filled = 0, length = total_length(input);
    for (int part = 0; part < 3; part++) {
        size_t end = position + input->length[part], from = start + filled;
        if (filled < BLOCK && from < end) {
            size_t size = end - from < BLOCK - filled ? end - from : BLOCK - filled;
            memcpy(block + filled, input->part[part] + (from - position), size);
            filled += size;
        }
        position = end;
    }
    memset(block + filled, 0, BLOCK - filled);
    if (filled < BLOCK && start + filled == length) block[filled] = 0x80;
    if (number == block_count(input) - 1) {
        uint64_t bits = (uint64_t)length * 8;
        for (int i = 0; i < 8; i++) block[BLOCK - 1 - i] = (uint8_t)(bits >> (8 * i));
        block[BLOCK - 9] = (uint8_t)((uint64_t)length >> 61);
    }
}

#define ROTATE(x, n) _mm512_ror_epi64(x, n)
#define XOR3(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define CHOOSE(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xca)
#define MAJORITY(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xe8)

static void compress(__m512i state[8], uint8_t blocks[LANES][BLOCK], __mmask8 active)
{
    const __m512i lane_offsets = _mm512_set_epi64(7 * 16, 6 * 16, 5 * 16, 4 * 16, 3 * 16, 2 * 16, 16, 0);
    const __m512i byte_swap = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
    __m512i w[16];
    for (int i = 0; i < 16; i++) w[i] = _mm512_shuffle_epi8(_mm512_i64gather_epi64(lane_offsets, (const long long *)blocks + i, 8), byte_swap);

    __m512i a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 80; i++) {
        if (i >= 16) {
            __m512i old = w[(i - 15) & 15], recent = w[(i - 2) & 15];
            __m512i s0 = XOR3(ROTATE(old, 1), ROTATE(old, 8), _mm512_srli_epi64(old, 7));
            __m512i s1 = XOR3(ROTATE(recent, 19), ROTATE(recent, 61), _mm512_srli_epi64(recent, 6));
            w[i & 15] = _mm512_add_epi64(_mm512_add_epi64(w[i & 15], s0), _mm512_add_epi64(w[(i - 7) & 15], s1));
        }
        __m512i t1 = _mm512_add_epi64(_mm512_add_epi64(h, _mm512_add_epi64(w[i & 15], _mm512_set1_epi64((long long)K[i]))),
                                      _mm512_add_epi64(XOR3(ROTATE(e, 14), ROTATE(e, 18), ROTATE(e, 41)), CHOOSE(e, f, g)));
        __m512i t2 = _mm512_add_epi64(XOR3(ROTATE(a, 28), ROTATE(a, 34), ROTATE(a, 39)), MAJORITY(a, b, c));
        h = g;
        g = f;
        f = e;
        e = _mm512_add_epi64(d, t1);
        d = c;
        c = b;
        b = a;
        a = _mm512_add_epi64(t1, t2);
    }
    const __m512i result[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++) state[i] = _mm512_mask_add_epi64(state[i], active, state[i], result[i]);
}

void fl_sha512_lanes(const fl_sha512_input *inputs, size_t count, uint8_t digests[][64])
{
    __attribute__((aligned(64))) uint8_t blocks[LANES][BLOCK];
    size_t most = 0;
    for (size_t lane = 0; lane < count; lane++)
        if (block_count(&inputs[lane]) > most) most = block_count(&inputs[lane]);
    memset(blocks, 0, sizeof blocks);
    __m512i state[8];
    for (int i = 0; i < 8; i++) state[i] = _mm512_set1_epi64((long long)Initial[i]);
    for (size_t number = 0; number < most; number++) {
        __mmask8 active = 0;
        for (size_t lane = 0; lane < count; lane++) {
            if (number >= block_count(&inputs[lane])) continue;
            active |= (__mmask8)(1u << lane);
            fill_block(&inputs[lane], number, blocks[lane]);
        }
        compress(state, blocks, active);
    }
    __attribute__((aligned(64))) uint64_t words[8][LANES];
    for (int i = 0; i < 8; i++) _mm512_store_si512(words[i], state[i]);
    for (size_t lane = 0; lane < count; lane++)
        for (int i = 0; i < 8; i++) {
            uint64_t word = __builtin_bswap64(words[i][lane]);
            memcpy(digests[lane] + 8 * i, &word, 8);
        }
}
