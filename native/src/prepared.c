// SPDX-License-Identifier: Apache-2.0
//
// Ed25519 verification under a key that many signatures come from, by the same rule as ed25519.c. With the multiples of -A and of B at all
// sixty-four places of a base-16 number at hand, S B - h A is a sum without doublings: every lane adds up eight places of each, then the
// eight lanes are added up (fixed-base windowing: Brickell, Gordon, McCurley, Wilson, "Fast Exponentiation with Precomputation", 1992).
#include "prepared.h"
#include "curve.h"
#include "fastledger.h"
#include "field_scalar.h"
#include "scalar.h"

#define PLACES 64
#define MULTIPLES 8
#define ENTRY 16 // words: y + x, y - x, 2 d x y of five limbs each, and one to fill two cache lines

typedef struct {
    uint64_t entries[PLACES][MULTIPLES + 1][ENTRY]; // multiples 0 to 8 of 16^place times the point, in affine form
} place_table;

typedef struct {
    uint8_t public_key[32];
    uint64_t acceptable; // canonical, of no small order, and a point
    uint64_t unused[3];
    place_table multiples; // of -A
} prepared_key;

// Written once by fl_initialize.
static __attribute__((aligned(64))) place_table base_places;

FL_INLINE void double_four_times(point *p)
{
    completed sum;
    for (int i = 0; i < 4; i++) {
        double_projective(p, &sum);
        if (i < 3) complete_to_projective(&sum, p);
        else complete_to_extended(&sum, p);
    }
}

static void store_entries(const fe *coordinate, int place, int multiple, int part, place_table *table)
{
    fe frozen = fe_freeze(*coordinate);
    for (int i = 0; i < 5; i++) {
        uint64_t limbs[LANES];
        _mm512_storeu_si512(limbs, frozen.v[i]);
        for (int lane = 0; lane < LANES; lane++) table->entries[place + lane][multiple][part * 5 + i] = limbs[lane];
    }
}

static void store_affine(const point *p, int place, int multiple, place_table *table)
{
    fe inverse = fe_invert(p->Z), x = fe_mul(p->X, inverse), y = fe_mul(p->Y, inverse);
    fe plus = fe_add(y, x), minus = fe_sub(y, x), t2d = fe_mul(fe_mul(x, y), fe_all(D2));
    store_entries(&plus, place, multiple, 0, table);
    store_entries(&minus, place, multiple, 1, table);
    store_entries(&t2d, place, multiple, 2, table);
}

// The point is the same in all lanes.
static void build(const point *p, place_table *table)
{
    point base = *p; // lane l goes to 16^l times the point, then all go on eight places at a time
    for (int lane = 1; lane < LANES; lane++) {
        point next = base;
        double_four_times(&next);
        __mmask8 later = (__mmask8)(0xff << lane);
        base.X = fe_select(later, base.X, next.X);
        base.Y = fe_select(later, base.Y, next.Y);
        base.Z = fe_select(later, base.Z, next.Z);
        base.T = fe_select(later, base.T, next.T);
    }
    memset(table, 0, sizeof *table);
    for (int place = 0; place < PLACES; place += LANES) {
        cached step;
        completed sum;
        point multiple = base;
        cache(&base, &step);
        for (int lane = 0; lane < LANES; lane++) table->entries[place + lane][0][0] = table->entries[place + lane][0][5] = 1;
        for (int i = 1; i <= MULTIPLES; i++) {
            store_affine(&multiple, place, i, table);
            add_cached(&multiple, &step, &sum);
            complete_to_extended(&sum, &multiple);
        }
        for (int i = 0; i < LANES; i++) double_four_times(&base);
    }
}

// Each lane's multiple at its own place: lane l takes place + l.
FL_INLINE void select_place(const place_table *table, int place, const int8_t digits[PLACES], cached *r)
{
    const lanes lane_places = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    lanes digit = _mm512_cvtepi8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)(digits + place)));
    lanes index = _mm512_slli_epi64(add64(_mm512_mullo_epi64(lane_places, all(MULTIPLES + 1)), _mm512_abs_epi64(digit)), 4);
    const long long *entries = (const long long *)table->entries[place];
    fe *out[3] = {&r->y_plus_x, &r->y_minus_x, &r->T2d};
    for (int part = 0; part < 3; part++)
        for (int i = 0; i < 5; i++) out[part]->v[i] = _mm512_i64gather_epi64(index, entries + part * 5 + i, 8);
    negate_where(_mm512_movepi64_mask(digit), r);
}

FL_INLINE fe exchange(fe x, int distance)
{
    for (int i = 0; i < 5; i++)
        x.v[i] = distance == 4   ? _mm512_shuffle_i64x2(x.v[i], x.v[i], 0x4e)
                 : distance == 2 ? _mm512_shuffle_i64x2(x.v[i], x.v[i], 0xb1)
                                 : _mm512_permutex_epi64(x.v[i], 0xb1);
    return x;
}

// Adds to every lane the one at a distance, so that in the end all of them hold the sum of all.
FL_INLINE void add_across(point *p, int distance)
{
    point other = {exchange(p->X, distance), exchange(p->Y, distance), exchange(p->Z, distance), exchange(p->T, distance)};
    cached q;
    completed sum;
    cache(&other, &q);
    add_cached(p, &q, &sum);
    complete_to_extended(&sum, p);
}

// S B - h A.
static void multiply(const place_table *minus_a, const int8_t h_digits[PLACES], const int8_t s_digits[PLACES], point *r)
{
    cached chosen;
    completed sum;
    r->X = r->T = fe_all(Zero);
    r->Y = r->Z = fe_all(One);
    for (int place = 0; place < PLACES; place += LANES) {
        select_place(minus_a, place, h_digits, &chosen);
        add_affine(r, &chosen, &sum);
        complete_to_extended(&sum, r);
        select_place(&base_places, place, s_digits, &chosen);
        add_affine(r, &chosen, &sum);
        complete_to_extended(&sum, r);
    }
    add_across(r, 4);
    add_across(r, 2);
    add_across(r, 1);
}

static fs first_lane(fe x)
{
    fs r;
    for (int i = 0; i < 5; i++) r.v[i] = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(x.v[i]));
    return r;
}

static void encode_first(const point *p, uint8_t encoding[32])
{
    fs inverse = fs_invert(first_lane(p->Z));
    fs x = fs_freeze(fs_mul(first_lane(p->X), inverse));
    fs_to_bytes(fs_freeze(fs_mul(first_lane(p->Y), inverse)), encoding);
    encoding[31] |= (uint8_t)((x.v[0] & 1) << 7);
}

size_t fl_ed25519_prepared_size(void) { return sizeof(prepared_key); }

int fl_ed25519_prepare(const uint8_t *public_key, void *prepared)
{
    prepared_key *key = prepared;
    const uint8_t *keys[LANES];
    lanes words[4];
    point minus_a;
    memset(key, 0, sizeof *key);
    memcpy(key->public_key, public_key, 32);
    if (!is_canonical(public_key) || has_small_order(public_key)) return 0;
    for (int lane = 0; lane < LANES; lane++) keys[lane] = public_key;
    load_words(keys, words);
    if (decode_negated(words, &minus_a) == 0) return 0;
    build(&minus_a, &key->multiples);
    key->acceptable = 1;
    return 1;
}

int fl_ed25519_verify_prepared(const void *prepared, const uint8_t *message, size_t message_length, const uint8_t *signature)
{
    const prepared_key *key = prepared;
    if (key->acceptable == 0 || !scalar_is_canonical(signature + 32) || has_small_order(signature)) return 0;
    uint8_t digest[1][64], h[32], encoding[32];
    int8_t h_digits[PLACES], s_digits[PLACES];
    point sum;
    const fl_sha512_input input = {{signature, key->public_key, message}, {32, 32, message_length}};
    fl_sha512_lanes(&input, 1, digest);
    scalar_reduce(digest[0], h);
    scalar_digits16(h, h_digits);
    scalar_digits16(signature + 32, s_digits);
    multiply(&key->multiples, h_digits, s_digits, &sum);
    encode_first(&sum, encoding);
    return memcmp(encoding, signature, 32) == 0;
}

void prepared_initialize(void)
{
    const point base = base_point();
    build(&base, &base_places);
}
