/*
 * The scan of one block of vectors: eight-bit codes against a sixteen-bit query, the best K kept in order.
 *
 * A score is the integer dot product times the step of the vector; it is exact, so every build and the plain
 * JavaScript beside it (scan-kernel.ts) give the same scores. A row is read as 16 codes at a time, widened to
 * sixteen bits, and multiplied and added in pairs (i32x4.dot_i16x8_s); four rows share each part of the query that
 * is read. Of two equal scores the earlier row goes first.
 *
 * The caller sees to it that no sum leaves 32 bits, and that `dimensions` is a multiple of 16.
 *
 * Build: scripts/build-scan-kernel.mjs, which writes scan-kernel-wasm.ts.
 */

#include <wasm_simd128.h>

typedef signed char code_t;
typedef short query_t;

static inline v128_t step(v128_t sum, v128_t codes, v128_t low, v128_t high) {
  sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_extend_low_i8x16(codes), low));
  return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_extend_high_i8x16(codes), high));
}

static inline int total(v128_t sum) {
  return wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) + wasm_i32x4_extract_lane(sum, 2) +
         wasm_i32x4_extract_lane(sum, 3);
}

/* Takes the score into the ordered list of at most `most`; returns how many the list holds now. */
static inline int keep(float score, int slot, float *scores, int *slots, int held, int most) {
  if (held == most && !(score > scores[most - 1])) return held;
  int at = held < most ? held : most - 1;
  for (; at > 0 && score > scores[at - 1]; at--) {
    scores[at] = scores[at - 1];
    slots[at] = slots[at - 1];
  }
  scores[at] = score;
  slots[at] = slot;
  return held < most ? held + 1 : most;
}

__attribute__((export_name("scan"))) int scan(const code_t *codes, const float *steps, int rows, int first,
                                              const query_t *query, int dimensions, float *scores, int *slots,
                                              int held, int most) {
  int row = 0;
  for (; row + 4 <= rows; row += 4) {
    const code_t *one = codes + (unsigned)row * (unsigned)dimensions;
    const code_t *two = one + dimensions, *three = two + dimensions, *four = three + dimensions;
    v128_t a = wasm_i32x4_splat(0), b = a, c = a, d = a;
    for (int at = 0; at < dimensions; at += 16) {
      v128_t low = wasm_v128_load(query + at), high = wasm_v128_load(query + at + 8);
      a = step(a, wasm_v128_load(one + at), low, high);
      b = step(b, wasm_v128_load(two + at), low, high);
      c = step(c, wasm_v128_load(three + at), low, high);
      d = step(d, wasm_v128_load(four + at), low, high);
    }
    held = keep((float)total(a) * steps[row], first + row, scores, slots, held, most);
    held = keep((float)total(b) * steps[row + 1], first + row + 1, scores, slots, held, most);
    held = keep((float)total(c) * steps[row + 2], first + row + 2, scores, slots, held, most);
    held = keep((float)total(d) * steps[row + 3], first + row + 3, scores, slots, held, most);
  }
  for (; row < rows; row++) {
    const code_t *one = codes + (unsigned)row * (unsigned)dimensions;
    v128_t a = wasm_i32x4_splat(0);
    for (int at = 0; at < dimensions; at += 16)
      a = step(a, wasm_v128_load(one + at), wasm_v128_load(query + at), wasm_v128_load(query + at + 8));
    held = keep((float)total(a) * steps[row], first + row, scores, slots, held, most);
  }
  return held;
}
