;; NH, as UMAC has it (RFC 4418, 5.2), in two passes over a whole number of stripes of 32 bytes, at least one; the second pass takes the keys from
;; 16 bytes on. Both sums of 64 bits are folded to one. page-hash.ts holds the module that `wat2wasm` (wabt) makes of this.
(module
  (import "env" "memory" (memory 1))

  (func $nh (param $at i32) (param $length i32) (param $key i32) (result i64)
    (local $end i32) (local $m v128) (local $n v128) (local $k v128) (local $l v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $first i64) (local $second i64)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (local.set $k (v128.load (local.get $key)))
    (loop $stripe
      (local.set $m (v128.load (local.get $at)))
      (local.set $n (v128.load offset=16 (local.get $at)))
      (local.set $l (v128.load offset=16 (local.get $key)))
      (local.set $c (i32x4.add (local.get $m) (local.get $l)))
      (local.set $m (i32x4.add (local.get $m) (local.get $k)))
      (local.set $k (v128.load offset=32 (local.get $key)))
      (local.set $d (i32x4.add (local.get $n) (local.get $k)))
      (local.set $n (i32x4.add (local.get $n) (local.get $l)))
      (local.set $a (i64x2.add (local.get $a) (i64x2.extmul_low_i32x4_u (local.get $m) (local.get $n))))
      (local.set $a (i64x2.add (local.get $a) (i64x2.extmul_high_i32x4_u (local.get $m) (local.get $n))))
      (local.set $b (i64x2.add (local.get $b) (i64x2.extmul_low_i32x4_u (local.get $c) (local.get $d))))
      (local.set $b (i64x2.add (local.get $b) (i64x2.extmul_high_i32x4_u (local.get $c) (local.get $d))))
      (local.set $key (i32.add (local.get $key) (i32.const 32)))
      (br_if $stripe (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
    (local.set $first (i64.add (i64x2.extract_lane 0 (local.get $a)) (i64x2.extract_lane 1 (local.get $a))))
    (local.set $second (i64.add (i64x2.extract_lane 0 (local.get $b)) (i64x2.extract_lane 1 (local.get $b))))
    (local.set $first (i64.mul (i64.xor (local.get $first) (i64.shr_u (local.get $first) (i64.const 32))) (i64.const 0x9E3779B185EBCA87)))
    (local.set $second (i64.mul (i64.xor (local.get $second) (i64.shr_u (local.get $second) (i64.const 29))) (i64.const 0xC2B2AE3D27D4EB4F)))
    (local.set $first (i64.add (local.get $first) (local.get $second)))
    (i64.xor (local.get $first) (i64.shr_u (local.get $first) (i64.const 32))))

  ;; 1 where all bytes are zero. Whole stripes, as above.
  (func $zero (param $at i32) (param $length i32) (result i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $stripe
      (if (v128.any_true (v128.or (v128.load (local.get $at)) (v128.load offset=16 (local.get $at)))) (then (return (i32.const 0))))
      (br_if $stripe (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
    (i32.const 1))

  ;; The hash of one page to $out.
  (func (export "hash") (param $at i32) (param $length i32) (param $key i32) (param $out i32)
    (i64.store (local.get $out) (call $nh (local.get $at) (local.get $length) (local.get $key))))

  ;; $count pages, whose starts behind $base stand at $starts: the hash of each that is not zero to $out, and 1 for a zero page,
  ;; 2 for another to $states; gives how many are not zero.
  (func (export "pages") (param $starts i32) (param $count i32) (param $base i32) (param $length i32) (param $key i32)
    (param $out i32) (param $states i32) (result i32)
    (local $at i32) (local $hashed i32) (local $end i32)
    (local.set $end (i32.add (local.get $starts) (i32.mul (local.get $count) (i32.const 4))))
    (loop $page
      (local.set $at (i32.add (local.get $base) (i32.load (local.get $starts))))
      (if (call $zero (local.get $at) (local.get $length))
        (then (i32.store8 (local.get $states) (i32.const 1)))
        (else
          (i64.store (local.get $out) (call $nh (local.get $at) (local.get $length) (local.get $key)))
          (i32.store8 (local.get $states) (i32.const 2))
          (local.set $hashed (i32.add (local.get $hashed) (i32.const 1)))))
      (local.set $out (i32.add (local.get $out) (i32.const 8)))
      (local.set $states (i32.add (local.get $states) (i32.const 1)))
      (br_if $page (i32.lt_u (local.tee $starts (i32.add (local.get $starts) (i32.const 4))) (local.get $end))))
    (local.get $hashed)))
