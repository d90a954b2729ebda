// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 verification of eight signatures at a time, each by libsodium's rule:
//   S < L; A canonical; neither A nor R one of the encodings of small order; encoding of S B - h A equal to R (no cofactor), where
//   h = SHA-512(R || A || M) mod L.
// S B - h A is one run of doublings with signed digits: base 16 for h, with a table of multiples of -A per lane, base 256 for S, with one
// table of multiples of B.
#include "curve.h"
#include "fastledger.h"
#include "prepared.h"
#include "scalar.h"
#include "self_test.h"

#define A_MULTIPLES 8
#define B_MULTIPLES 128

// Multiples 0 to 128 of B in affine form: y + x, y - x, 2 d x y, five limbs each. Written once by fl_initialize.
static uint64_t base_table[B_MULTIPLES + 1][15];

// Each lane's own multiple from its own table.
static void select_multiple(const cached table[A_MULTIPLES + 1], const int8_t digits[LANES], cached *r)
{
    lanes digit = _mm512_cvtepi8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)digits));
    lanes index = add64(_mm512_mullo_epi64(_mm512_abs_epi64(digit), all(sizeof(cached) / 8)), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    fe *out[4] = {&r->y_plus_x, &r->y_minus_x, &r->Z, &r->T2d};
    for (int part = 0; part < 4; part++)
        for (int i = 0; i < 5; i++)
            out[part]->v[i] = _mm512_i64gather_epi64(index, (const long long *)(const void *)table + (part * 5 + i) * LANES, 8);
    negate_where(_mm512_movepi64_mask(digit), r);
}

// Each lane's own multiple of B.
static void select_base(const int16_t digits[LANES], cached *r)
{
    lanes digit = _mm512_cvtepi16_epi64(_mm_loadu_si128((const __m128i *)(const void *)digits));
    lanes index = _mm512_mullo_epi64(_mm512_abs_epi64(digit), all(15));
    fe *out[3] = {&r->y_plus_x, &r->y_minus_x, &r->T2d};
    for (int part = 0; part < 3; part++)
        for (int i = 0; i < 5; i++) out[part]->v[i] = _mm512_i64gather_epi64(index, (const long long *)base_table + part * 5 + i, 8);
    negate_where(_mm512_movepi64_mask(digit), r);
}

// S B - h A, given -A.
static void multiply(const point *minus_a, int8_t h_digits[64][LANES], int16_t s_digits[32][LANES], point *r)
{
    cached table[A_MULTIPLES + 1], chosen;
    point multiple = *minus_a;
    completed sum;
    cache_neutral(&table[0]);
    cache(minus_a, &table[1]);
    for (int i = 2; i <= A_MULTIPLES; i++) {
        add_cached(&multiple, &table[1], &sum);
        complete_to_extended(&sum, &multiple);
        cache(&multiple, &table[i]);
    }

    r->X = r->T = fe_all(Zero);
    r->Y = r->Z = fe_all(One);
    for (int i = 63; i >= 0; i--) {
        for (int doubling = 0; doubling < 4 && i < 63; doubling++) {
            double_projective(r, &sum);
            if (doubling < 3) complete_to_projective(&sum, r);
            else complete_to_extended(&sum, r);
        }
        select_multiple(table, h_digits[i], &chosen);
        add_cached(r, &chosen, &sum);
        if (i % 2 != 0) {
            complete_to_projective(&sum, r); // a doubling needs no T
            continue;
        }
        complete_to_extended(&sum, r);
        select_base(s_digits[i / 2], &chosen);
        add_affine(r, &chosen, &sum);
        complete_to_projective(&sum, r);
    }
}

// Up to eight; idle lanes repeat the first.
static __mmask8 verify_lanes(const fl_signed_message *items, size_t count)
{
    const uint8_t *keys[LANES], *rs[LANES];
    fl_sha512_input inputs[LANES];
    uint8_t digests[LANES][64], h[32];
    int8_t digits16[64], h_digits[64][LANES];
    int16_t digits256[32], s_digits[32][LANES];
    __mmask8 acceptable = 0;
    for (size_t lane = 0; lane < LANES; lane++) {
        const fl_signed_message *item = &items[lane < count ? lane : 0];
        keys[lane] = item->public_key;
        rs[lane] = item->signature;
        inputs[lane] = (fl_sha512_input){{item->signature, item->public_key, item->message}, {32, 32, item->message_length}};
        if (lane < count && scalar_is_canonical(item->signature + 32) && !has_small_order(item->signature) &&
            is_canonical(item->public_key) && !has_small_order(item->public_key))
            acceptable |= (__mmask8)(1u << lane);
    }
    if (acceptable == 0) return 0;

    fl_sha512_lanes(inputs, count, digests);
    memset(h_digits, 0, sizeof h_digits);
    memset(s_digits, 0, sizeof s_digits);
    for (size_t lane = 0; lane < count; lane++) {
        if ((acceptable >> lane & 1) == 0) continue; // S may be too long for its digits
        scalar_reduce(digests[lane], h);
        scalar_digits16(h, digits16);
        scalar_digits256(items[lane].signature + 32, digits256);
        for (int i = 0; i < 64; i++) h_digits[i][lane] = digits16[i];
        for (int i = 0; i < 32; i++) s_digits[i][lane] = digits256[i];
    }

    lanes words[4], r_words[4];
    point minus_a, result;
    load_words(keys, words);
    acceptable &= decode_negated(words, &minus_a);
    if (acceptable == 0) return 0;
    multiply(&minus_a, h_digits, s_digits, &result);
    encode(&result, words);
    load_words(rs, r_words);
    for (int i = 0; i < 4; i++) acceptable = _mm512_mask_cmpeq_epi64_mask(acceptable, words[i], r_words[i]);
    return acceptable;
}

size_t fl_ed25519_verify(const fl_signed_message *items, size_t count, uint8_t *valid)
{
    size_t accepted = 0;
    for (size_t done = 0; done < count; done += LANES) {
        size_t lanes_used = count - done < LANES ? count - done : LANES;
        __mmask8 answers = verify_lanes(items + done, lanes_used);
        for (size_t i = 0; i < lanes_used; i++) {
            valid[done + i] = (uint8_t)(answers >> i & 1);
            accepted += valid[done + i];
        }
    }
    return accepted;
}

static void build_base_table(void)
{
    const point base = base_point();
    point multiple = base;
    cached step;
    completed sum;
    cache(&base, &step);
    store_first(fe_all(One), base_table[0]);
    store_first(fe_all(One), base_table[0] + 5);
    store_first(fe_all(Zero), base_table[0] + 10);
    for (int i = 1; i <= B_MULTIPLES; i++) {
        fe inverse = fe_invert(multiple.Z), x = fe_mul(multiple.X, inverse), y = fe_mul(multiple.Y, inverse);
        store_first(fe_add(y, x), base_table[i]);
        store_first(fe_sub(y, x), base_table[i] + 5);
        store_first(fe_mul(fe_mul(x, y), fe_all(D2)), base_table[i] + 10);
        add_cached(&multiple, &step, &sum);
        complete_to_extended(&sum, &multiple);
    }
}

int fl_initialize(void)
{
    if (!fl_cpu_supported()) return 1;
    build_base_table();
    prepared_initialize();
    return self_test() ? 0 : 2;
}
