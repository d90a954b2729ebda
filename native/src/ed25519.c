// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 verification of eight signatures at a time, each by libsodium's rule:
//   S < L; A canonical; neither A nor R one of the encodings of small order; encoding of S B - h A equal to R (no cofactor), where
//   h = SHA-512(R || A || M) mod L.
// Curve formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (2008), complete for every point of the curve, so that
// points of mixed order take no special path. S B - h A is one run of doublings with signed digits: base 16 for h, with a table of
// multiples of -A per lane, base 256 for S, with one table of multiples of B.
#include "fastledger.h"
#include "field.h"
#include "scalar.h"

#include <string.h>

#define LANES 8
#define A_MULTIPLES 8
#define B_MULTIPLES 128

typedef struct {
    fe X, Y, Z, T; // x = X / Z, y = Y / Z, x y = T / Z
} point;

typedef struct {
    fe X, Y, Z, T; // ((X : Z), (Y : T)): the result of a formula before its last products
} completed;

typedef struct {
    fe y_plus_x, y_minus_x, Z, T2d;
} cached;

static const uint64_t Zero[5] = {0}, One[5] = {1};
static const uint64_t D[5] = {0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff};
static const uint64_t D2[5] = {0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff};
static const uint64_t SqrtMinus1[5] = {0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d};
static const uint64_t BaseX[5] = {0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5};
static const uint64_t BaseY[5] = {0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666};

// y of every point whose order divides 8, and the non-canonical encodings of two of them; the sign bit is not compared.
static const uint8_t SmallOrder[7][32] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

// Multiples 0 to 128 of B in affine form: y + x, y - x, 2 d x y, five limbs each. Written once by fl_initialize.
static uint64_t base_table[B_MULTIPLES + 1][15];

static int has_small_order(const uint8_t encoding[32])
{
    for (int i = 0; i < 7; i++)
        if (memcmp(encoding, SmallOrder[i], 31) == 0 && ((encoding[31] ^ SmallOrder[i][31]) & 0x7f) == 0) return 1;
    return 0;
}

// Is y, without the sign bit, under p?
static int is_canonical(const uint8_t encoding[32])
{
    if ((encoding[31] & 0x7f) != 0x7f || encoding[0] < 0xed) return 1;
    for (int i = 1; i < 31; i++)
        if (encoding[i] != 0xff) return 1;
    return 0;
}

FL_INLINE void complete_to_projective(const completed *c, point *r)
{
    r->X = fe_mul(c->X, c->T);
    r->Y = fe_mul(c->Y, c->Z);
    r->Z = fe_mul(c->Z, c->T);
}

FL_INLINE void complete_to_extended(const completed *c, point *r)
{
    complete_to_projective(c, r);
    r->T = fe_mul(c->X, c->Y);
}

static void double_projective(const point *p, completed *r)
{
    fe xx = fe_square(p->X), yy = fe_square(p->Y), zz = fe_square(p->Z), sum = fe_square(fe_add(p->X, p->Y));
    r->Y = fe_add(yy, xx);
    r->Z = fe_sub(yy, xx);
    r->X = fe_sub(sum, r->Y);
    r->T = fe_sub(fe_add(zz, zz), r->Z);
}

FL_INLINE void finish_addition(fe a, fe b, fe c, fe d, completed *r)
{
    r->X = fe_sub(a, b);
    r->Y = fe_add(a, b);
    r->Z = fe_add(d, c);
    r->T = fe_sub(d, c);
}

static void add_cached(const point *p, const cached *q, completed *r)
{
    fe a = fe_mul(fe_add(p->Y, p->X), q->y_plus_x), b = fe_mul(fe_sub(p->Y, p->X), q->y_minus_x);
    fe c = fe_mul(q->T2d, p->T), zz = fe_mul(p->Z, q->Z);
    finish_addition(a, b, c, fe_add(zz, zz), r);
}

// As add_cached, with Z = 1 in the second point.
static void add_affine(const point *p, const cached *q, completed *r)
{
    fe a = fe_mul(fe_add(p->Y, p->X), q->y_plus_x), b = fe_mul(fe_sub(p->Y, p->X), q->y_minus_x);
    finish_addition(a, b, fe_mul(q->T2d, p->T), fe_add(p->Z, p->Z), r);
}

static void cache(const point *p, cached *r)
{
    r->y_plus_x = fe_add(p->Y, p->X);
    r->y_minus_x = fe_sub(p->Y, p->X);
    r->Z = p->Z;
    r->T2d = fe_mul(p->T, fe_all(D2));
}

static void cache_neutral(cached *r)
{
    r->y_plus_x = r->y_minus_x = r->Z = fe_all(One);
    r->T2d = fe_all(Zero);
}

// -q where the digit is negative: the sums change places, and T2d its sign.
FL_INLINE void negate_where(__mmask8 negative, cached *q)
{
    fe plus = q->y_plus_x;
    q->y_plus_x = fe_select(negative, plus, q->y_minus_x);
    q->y_minus_x = fe_select(negative, q->y_minus_x, plus);
    q->T2d = fe_select(negative, q->T2d, fe_negate(q->T2d));
}

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

// -A from its encoding (RFC 8032, 5.1.3). Returns the lanes in which there is such a point.
static __mmask8 decode_negated(const lanes words[4], point *r)
{
    fe y = fe_from_words(words), one = fe_all(One);
    fe yy = fe_square(y), u = fe_sub(yy, one), v = fe_add(fe_mul(yy, fe_all(D)), one);
    fe v3 = fe_mul(fe_square(v), v), uv7 = fe_mul(fe_mul(fe_square(v3), v), u);
    fe x = fe_mul(fe_mul(fe_power_p58(uv7), v3), u); // u v^3 (u v^7)^((p-5)/8)
    fe vxx = fe_freeze(fe_mul(fe_square(x), v));
    __mmask8 is_root = fe_equal_frozen(vxx, fe_freeze(u)), is_other = fe_equal_frozen(vxx, fe_freeze(fe_negate(u)));
    x = fe_select(is_root, fe_mul(x, fe_all(SqrtMinus1)), x);
    lanes sign = _mm512_srli_epi64(words[3], 63), parity = _mm512_and_si512(fe_freeze(x).v[0], all(1));
    x = fe_select(_mm512_cmpeq_epi64_mask(sign, parity), x, fe_negate(x));
    r->X = x;
    r->Y = y;
    r->Z = one;
    r->T = fe_mul(x, y);
    return is_root | is_other;
}

static void encode(const point *p, lanes words[4])
{
    fe inverse = fe_invert(p->Z);
    fe x = fe_freeze(fe_mul(p->X, inverse)), y = fe_freeze(fe_mul(p->Y, inverse));
    fe_to_words(y, words);
    words[3] = _mm512_or_si512(words[3], _mm512_slli_epi64(x.v[0], 63));
}

static void load_words(const uint8_t *const encodings[LANES], lanes words[4])
{
    __attribute__((aligned(64))) uint64_t transposed[4][LANES];
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++) memcpy(&transposed[i][lane], encodings[lane] + 8 * i, 8);
    for (int i = 0; i < 4; i++) words[i] = _mm512_load_si512(transposed[i]);
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

// Lane 0 of a frozen number.
static void store_first(fe x, uint64_t limbs[5])
{
    x = fe_freeze(x);
    for (int i = 0; i < 5; i++) limbs[i] = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(x.v[i]));
}

static void build_base_table(void)
{
    point base = {fe_all(BaseX), fe_all(BaseY), fe_all(One), fe_mul(fe_all(BaseX), fe_all(BaseY))}, multiple = base;
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

// RFC 8032, 7.1, TEST 2 in every lane, then with one bit of each lane's own message changed.
static int self_test(void)
{
    static const uint8_t key[32] = {0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
                                    0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
    static const uint8_t signature[64] = {
        0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f, 0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50,
        0x3f, 0x8f, 0xb3, 0x76, 0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99, 0x6e, 0x45, 0x8f, 0x36, 0x13,
        0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae, 0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};
    for (int changed = -1; changed < LANES; changed++) {
        uint8_t messages[LANES], valid[LANES];
        fl_signed_message items[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            messages[lane] = (uint8_t)(0x72 ^ (lane == changed));
            items[lane] = (fl_signed_message){key, &messages[lane], 1, signature};
        }
        if (fl_ed25519_verify(items, LANES, valid) != (changed < 0 ? LANES : LANES - 1)) return 0;
        for (int lane = 0; lane < LANES; lane++)
            if (valid[lane] != (lane != changed)) return 0;
    }
    return 1;
}

int fl_initialize(void)
{
    if (!fl_cpu_supported()) return 1;
    build_base_table();
    return self_test() ? 0 : 2;
}
