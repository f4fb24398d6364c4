;; Follows the record of a request to its end, in the bytes of a log, sixteen of them at a time.
;; `text-scan.ts` holds the assembled form of this file, and a test compares the two.
(module
  ;; What was found comes first, then the log. Behind the log stand zeros, so that every text ends.
  (memory (export "memory") 18)

  ;; Follows a text, which is within a string of JSON (1) or ends with its line (0), from a byte that no backslash belongs to.
  ;; Returns where it ends: at its quote or newline, or at the first byte that a record of a success would not have, or that is
  ;; no ASCII. Writes three numbers from 0 on: the escapes before the end, where the value of the last key `status` stands, and
  ;; where that of a key `requestId` stands; 0 where there is none.
  (func (export "scan") (param $at i32) (param $inString i32) (result i32)
    (local $bytes v128) (local $next v128) (local $quote v128) (local $needle v128) (local $odd v128)
    (local $backslashes i32) (local $escaped i32) (local $isEscaped i32) (local $code i32)
    (local $quotes i32) (local $bits i32) (local $end i32) (local $before i32) (local $p i32)
    (local $escapes i32) (local $status i32) (local $requestId i32)
    (loop $sixteen
      (local.set $bytes (v128.load (local.get $at)))
      (local.set $next (v128.load offset=1 (local.get $at)))
      (local.set $quote (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x22))))
      ;; Of what a refusal holds, two bytes that are rare beside each other; `isUnusual` looks closer.
      (local.set $needle
        (v128.or
          (v128.or
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x7b))) ;; {
            (v128.and ;; 40
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x34)))
              (i8x16.eq (local.get $next) (i8x16.splat (i32.const 0x30)))))
          (v128.or
            (v128.and ;; ' d'
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x20)))
              (i8x16.eq (local.get $next) (i8x16.splat (i32.const 0x64))))
            (v128.and ;; yl
              (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x79)))
              (i8x16.eq (local.get $next) (i8x16.splat (i32.const 0x6c)))))))
      ;; Read as signed numbers, bytes that are no ASCII are less than zero.
      (local.set $odd (i8x16.lt_s (local.get $bytes) (i8x16.splat (i32.const 0x20))))
      (if (i32.or
            (local.get $isEscaped)
            (v128.any_true
              (v128.or
                (v128.or (local.get $odd) (local.get $quote))
                (v128.or
                  (local.get $needle)
                  (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c)))))))
        (then
          (local.set $backslashes
            (i8x16.bitmask (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x5c)))))
          (local.set $quotes (i8x16.bitmask (local.get $quote)))
          (local.set $end (i8x16.bitmask (local.get $odd)))
          (if (local.get $inString)
            (then
              ;; Bits of the bytes that belong to a backslash: subtracting carries through a row of backslashes.
              (local.set $code
                (i32.and (local.get $backslashes) (i32.xor (local.get $isEscaped) (i32.const -1))))
              (local.set $code
                (i32.xor
                  (i32.sub
                    (i32.or (i32.shl (local.get $code) (i32.const 1)) (i32.const 0xaaaa))
                    (local.get $code))
                  (i32.const 0xaaaa)))
              (local.set $escaped
                (i32.and
                  (i32.xor (local.get $code) (i32.or (local.get $backslashes) (local.get $isEscaped)))
                  (i32.const 0xffff)))
              (local.set $isEscaped
                (i32.and
                  (i32.shr_u (i32.and (local.get $code) (local.get $backslashes)) (i32.const 15))
                  (i32.const 1)))
              (local.set $end
                (i32.or
                  (local.get $end)
                  (i32.and (local.get $quotes) (i32.xor (local.get $escaped) (i32.const -1)))))
              ;; Mostly a backslash belongs to a quote or to another backslash.
              (local.set $bits
                (i32.and
                  (local.get $escaped)
                  (i32.xor (i32.or (local.get $quotes) (local.get $backslashes)) (i32.const -1))))
              (if (local.get $bits)
                (then
                  (local.set $end
                    (i32.or (local.get $end)
                      (i32.and (local.get $bits)
                        (i32.xor (call $letters (local.get $bytes)) (i32.const -1)))))))))
          (local.set $bits (i8x16.bitmask (local.get $needle)))
          (block $looked
            (loop $each
              (br_if $looked (i32.eqz (local.get $bits)))
              (if (call $isUnusual (i32.add (local.get $at) (i32.ctz (local.get $bits))))
                (then
                  (local.set $end (i32.or (local.get $end) (i32.and (local.get $bits) (i32.sub (i32.const 0) (local.get $bits)))))
                  (br $looked)))
              (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
              (br $each)))
          ;; All bits where the text does not end in these bytes.
          (local.set $before
            (i32.sub (i32.and (local.get $end) (i32.sub (i32.const 0) (local.get $end))) (i32.const 1)))
          (local.set $escapes
            (i32.add (local.get $escapes) (i32.popcnt (i32.and (local.get $escaped) (local.get $before)))))
          ;; Quotes with a colon behind them end a key.
          (local.set $bits
            (i32.and
              (local.get $before)
              (i8x16.bitmask
                (v128.and
                  (local.get $quote)
                  (i8x16.eq (local.get $next) (i8x16.splat (i32.const 0x3a)))))))
          (block $looked
            (loop $each
              (br_if $looked (i32.eqz (local.get $bits)))
              (local.set $p
                (i32.sub (i32.add (local.get $at) (i32.ctz (local.get $bits))) (local.get $inString)))
              (if (i64.eq ;; "status
                    (i64.shl (i64.load (i32.sub (local.get $p) (i32.const 7))) (i64.const 8))
                    (i64.const 0x7375746174732200))
                (then
                  (local.set $status (i32.add (i32.add (local.get $p) (local.get $inString)) (i32.const 2)))))
              (if (i64.eq ;; equestId
                    (i64.load (i32.sub (local.get $p) (i32.const 8)))
                    (i64.const 0x6449747365757165))
                (then
                  (if (i32.eq (i32.load16_u (i32.sub (local.get $p) (i32.const 10))) (i32.const 0x7222)) ;; "r
                    (then
                      (local.set $requestId
                        (i32.add (i32.add (local.get $p) (local.get $inString)) (i32.const 2)))))))
              (local.set $bits (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))
              (br $each)))
          (if (local.get $end)
            (then
              (i32.store (i32.const 0) (local.get $escapes))
              (i32.store (i32.const 4) (local.get $status))
              (i32.store (i32.const 8) (local.get $requestId))
              (return (i32.add (local.get $at) (i32.ctz (local.get $end))))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br $sixteen))
    (unreachable))

  ;; A checksum of bytes: of their sums in sixteen columns' words, and of the sums of those on the way, so that order counts.
  (func (export "sum") (param $at i32) (param $to i32) (result i32)
    (local $bytes v128) (local $sum v128) (local $sums v128)
    (block $done
      (loop $sixteen
        (br_if $done (i32.ge_u (local.get $at) (local.get $to)))
        (local.set $bytes (v128.load (local.get $at)))
        ;; What stands behind the end does not count.
        (if (i32.lt_u (i32.sub (local.get $to) (local.get $at)) (i32.const 16))
          (then
            (local.set $bytes
              (v128.and
                (local.get $bytes)
                (i8x16.lt_u
                  (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
                  (i8x16.splat (i32.sub (local.get $to) (local.get $at))))))))
        (local.set $sum (i32x4.add (local.get $sum) (local.get $bytes)))
        (local.set $sums (i32x4.add (local.get $sums) (local.get $sum)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $sixteen)))
    (i32.const 0)
    (call $mixed (i32x4.extract_lane 0 (local.get $sum)))
    (call $mixed (i32x4.extract_lane 1 (local.get $sum)))
    (call $mixed (i32x4.extract_lane 2 (local.get $sum)))
    (call $mixed (i32x4.extract_lane 3 (local.get $sum)))
    (call $mixed (i32x4.extract_lane 0 (local.get $sums)))
    (call $mixed (i32x4.extract_lane 1 (local.get $sums)))
    (call $mixed (i32x4.extract_lane 2 (local.get $sums)))
    (call $mixed (i32x4.extract_lane 3 (local.get $sums))))

  (func $mixed (param $all i32) (param $word i32) (result i32)
    (i32.mul
      (i32.rotl (i32.xor (local.get $all) (local.get $word)) (i32.const 15))
      (i32.const 0x9e3779b1)))

  ;; Bits of the letters and the slash that may stand behind a backslash; `u` may stand for anything.
  (func $letters (param $bytes v128) (result i32)
    (i8x16.bitmask
      (v128.or
        (v128.or
          (v128.or
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x6e)))
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x2f))))
          (v128.or
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x62)))
            (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x66)))))
        (v128.or
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x72)))
          (i8x16.eq (local.get $bytes) (i8x16.splat (i32.const 0x74)))))))

  ;; Whether an object begins here, and not the name of a parameter in a path, the digits 403 stand here and no letter or digit beside them, or part of `denied` or `payload`.
  (func $isUnusual (param $at i32) (result i32)
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x34))
      (then
        (return
          (i32.and
            (i32.eq (i32.load8_u offset=2 (local.get $at)) (i32.const 0x33))
            (i32.eqz
              (i32.or
                (call $isWord (i32.load8_u offset=3 (local.get $at)))
                (i32.and
                  (call $isWord (i32.load8_u (i32.sub (local.get $at) (i32.const 1))))
                  ;; A letter may belong to a backslash.
                  (i32.eqz
                    (v128.any_true
                      (i8x16.eq
                        (v128.load64_zero (i32.sub (local.get $at) (i32.const 8)))
                        (i8x16.splat (i32.const 0x5c)))))))))))) 
    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x7b))
      (then (return (i32.ne (i32.load8_u (i32.sub (local.get $at) (i32.const 1))) (i32.const 0x2f)))))
    (i32.or
      (i32.eq (i32.load offset=1 (local.get $at)) (i32.const 0x696e6564)) ;; deni
      (i32.eq (i32.load (i32.sub (local.get $at) (i32.const 2))) (i32.const 0x6c796170)))) ;; payl

  (func $isWord (param $byte i32) (result i32)
    (i32.or
      (i32.lt_u (i32.sub (i32.or (local.get $byte) (i32.const 0x20)) (i32.const 0x61)) (i32.const 26))
      (i32.lt_u (i32.sub (local.get $byte) (i32.const 0x30)) (i32.const 10))))
)
