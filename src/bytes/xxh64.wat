;; XXH64 over a whole number of stripes of 32 bytes, at least one: the hash of the `length` bytes at `at` is stored at `out`.
;; page-hash.ts holds the module that `wat2wasm` (wabt) makes of this.
(module
  (memory (export "memory") 32)
  (func (export "hash") (param $at i32) (param $length i32) (param $seed i64) (param $out i32)
    (local $end i32) (local $a i64) (local $b i64) (local $c i64) (local $d i64) (local $h i64)
    (local.set $a (i64.add (local.get $seed) (i64.const 0x60EA27EEADC0B5D6)))
    (local.set $b (i64.add (local.get $seed) (i64.const 0xC2B2AE3D27D4EB4F)))
    (local.set $c (local.get $seed))
    (local.set $d (i64.sub (local.get $seed) (i64.const 0x9E3779B185EBCA87)))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $stripe
      (local.set $a (i64.mul (i64.rotl (i64.add (local.get $a) (i64.mul (i64.load (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $b (i64.mul (i64.rotl (i64.add (local.get $b) (i64.mul (i64.load offset=8 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $c (i64.mul (i64.rotl (i64.add (local.get $c) (i64.mul (i64.load offset=16 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (local.set $d (i64.mul (i64.rotl (i64.add (local.get $d) (i64.mul (i64.load offset=24 (local.get $at)) (i64.const 0xC2B2AE3D27D4EB4F))) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
      (br_if $stripe (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
    (local.set $h (i64.add (i64.add (i64.rotl (local.get $a) (i64.const 1)) (i64.rotl (local.get $b) (i64.const 7))) (i64.add (i64.rotl (local.get $c) (i64.const 12)) (i64.rotl (local.get $d) (i64.const 18)))))
    (local.set $h (call $merge (local.get $h) (local.get $a)))
    (local.set $h (call $merge (local.get $h) (local.get $b)))
    (local.set $h (call $merge (local.get $h) (local.get $c)))
    (local.set $h (call $merge (local.get $h) (local.get $d)))
    (local.set $h (i64.add (local.get $h) (i64.extend_i32_u (local.get $length))))
    (local.set $h (i64.mul (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 33))) (i64.const 0xC2B2AE3D27D4EB4F)))
    (local.set $h (i64.mul (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 29))) (i64.const 0x165667B19E3779F9)))
    (i64.store (local.get $out) (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 32)))))
  (func $merge (param $h i64) (param $lane i64) (result i64)
    (i64.add
      (i64.mul
        (i64.xor (local.get $h) (i64.mul (i64.rotl (i64.mul (local.get $lane) (i64.const 0xC2B2AE3D27D4EB4F)) (i64.const 31)) (i64.const 0x9E3779B185EBCA87)))
        (i64.const 0x9E3779B185EBCA87))
      (i64.const 0x85EBCA77C2B2AE63))))
