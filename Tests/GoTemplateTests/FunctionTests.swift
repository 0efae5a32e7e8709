import GoTemplate
import Testing

@Suite("Functions") struct FunctionTests {
  static let promtail: [(String, String)] = [
    (#"ToLower "LoKi ÄÖß Σ ǅ İ""#, "loki äöß σ ǆ i"), (#"ToUpper "straße ǅ ı é""#, "STRAßE Ǆ I É"),
    (#"Replace "lo lolo" "lo" "LO" 1"#, "LO lolo"), (#"Replace "añb" "" "-" -1"#, "-a-ñ-b-"),
    (#"Replace "aa" "a" "b" 0"#, "aa"),
    (#"Trim "--a-b.-" "-.""#, "a-b"), (#"TrimLeft "ünü" "ü""#, "nü"), (#"TrimRight "ünü" "ü""#, "ün"),
    (#"TrimPrefix "--a" "-""#, "-a"), (#"TrimSuffix "a.-" ".-""#, "a"), (#"TrimSpace "\u00a0 a\u2028 ""#, "a"),
    (#"Hash "salt" "secret""#, "9b29fc9a4e465ac68173daff91d5dc30eedb55fd4641a75c45e577e284ee7934"),
    (#"Sha2Hash "" "abc""#, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  ]

  static let strings: [(String, String)] = [
    ("hello", "Hello!"), (#"trim "  a b ""#, "a b"), (#"trimAll "$" "$5.00$""#, "5.00"), (#"trimall "-" "--a-""#, "a"),
    (#"trimPrefix "-" "-a-""#, "a-"), (#"trimSuffix "-" "-a-""#, "-a"), (#"nospace "a b  c""#, "abc"),
    (#"trunc 5 "hello world""#, "hello"),
    (#"trunc -5 "hello world""#, "world"), (#"trunc -50 "hello""#, "hello"), (#"abbrev 8 "hello world""#, "hello..."),
    (#"abbrev 3 "hello""#, "hello"),
    (#"abbrevboth 5 10 "1234 5678 9123""#, "...5678..."), (#"substr 0 5 "hello world""#, "hello"),
    (#"substr 3 -1 "hello""#, "lo"),
    (#"substr -1 4 "hello""#, "hell"), (#"contains "at" "cat""#, "true"), (#"hasPrefix "ca" "cat""#, "true"),
    (#"hasSuffix "ca" "cat""#, "false"),
    (#"repeat 3 "ab""#, "ababab"), (#"replace " " "-" "I am""#, "I-am"), (#"cat "a" 1 nil "b""#, "a 1 b"),
    (#"quote "a\"b" 1 nil"#, #""a\"b" "1""#),
    (#"squote "a" 2"#, "'a' '2'"), (#"indent 2 "x\ny""#, "  x\n  y"), (#"nindent 1 "x""#, "\n x"),
    (#"wrap 5 "one two three""#, "one\ntwo\nthree"),
    (#"wrapWith 5 "-" "HelloWorld""#, "Hello-World"), (#"wrap 3 "toolong a""#, "toolong\na"),
    (#"plural "one" "many" 1"#, "one"), (#"plural "one" "many" 0"#, "many"),
    (#"upper "é""#, "É"), (#"lower "É""#, "é"), (#"title "hello wORLD éa""#, "Hello WORLD Éa"),
    (#"untitle "Hello World""#, "hello world"),
    (#"swapcase "Hello wORLD éa""#, "hELLO World ÉA"),
    (#"snakecase "FirstName HTTPServer-id""#, "first_name_http_server_id"),
    (#"kebabcase "FirstName""#, "first-name"), (#"snakecase "HTTP20xOK""#, "http_20x_ok"),
    (#"snakecase "Bld4Floor3rd""#, "bld4_floor_3rd"), (#"snakecase "Duration2m3s""#, "duration_2m3s"),
    (#"snakecase "http2xx""#, "http_2xx"),
    (#"snakecase "GO PATH""#, "go_path"), (#"snakecase "NoHTTPS""#, "no_https"),
    (#"camelcase "_complex__case_""#, "_Complex_Case_"), (#"camelcase "GOLANG_IS_GREAT""#, "GolangIsGreat"),
    (#"camelcase "http_server id""#, "HttpServerId"),
    (#"initials "First Try again""#, "FTa"),
    (#"splitList "$" "a$b""#, "[a b]"), (#"(split "$" "a$b")._1"#, "b"), (#"(splitn "$" 2 "a$b$c")._1"#, "b$c"),
    (#"join "_" (list 1 "a" nil)"#, "1_a"),
    (#"join "-" "one""#, "one"), (#"sortAlpha (list "b" "c" "a")"#, "[a b c]"),
    (#"toStrings (list 1 2) | join ",""#, "1,2"), (#"splitList "" "añ" | join ".""#, "a.ñ"),
  ]

  static let numbers: [(String, String)] = [
    ("add 1 \"2\" 1.9", "4"), ("add \"1_000\" 1", "1001"), ("add", "0"), ("add1 \"1\"", "2"), ("sub 1 5", "-4"),
    ("mul 2 3 4", "24"), ("div -7 2", "-3"), ("mod -7 2", "-1"),
    ("div -9223372036854775808 -1", "-9223372036854775808"), ("mod -9223372036854775808 -1", "0"), ("max 1 9 5", "9"),
    ("biggest 1 9", "9"), ("min 4 2", "2"),
    ("addf \"1.1\" 0.2", "1.3"), ("add1f 1.5", "2.5"), ("subf 1.1 0.5", "0.6"), ("mulf 1.1 3", "3.3"),
    ("divf 10 4", "2.5"), ("divf 1 3", "0.3333333333333333"),
    ("divf 2 3", "0.6666666666666667"), ("subf 1 1", "0"), ("mulf -1.5 2", "-3"), ("addf 1e300 1e-300", "1e+300"),
    ("maxf 1 2.5", "2.5"), ("minf 1 2.5", "1"), ("floor 123.9999", "123"),
    ("ceil 123.001", "124"), ("round 123.555555 3", "123.556"), ("round -2.5 0", "-3"), ("round 1.25 1 0.6", "1.2"),
    ("until 3", "[0 1 2]"), ("until -2", "[0 -1]"),
    ("untilStep 0 10 4", "[0 4 8]"), ("untilStep 3 0 -1", "[3 2 1]"), ("seq 3", "1 2 3"), ("seq 0", "1 0"),
    ("seq -2", "1 0 -1 -2"), ("seq 1 3", "1 2 3"), ("seq 5 2 1", ""),
    ("seq 1 2 5", "1 3 5"), ("int \"42\"", "42"), ("int \"4.9\"", "0"), ("int \"4.0\"", "4"), ("int \"010\"", "8"),
    ("int \"0x1f\"", "31"), ("int 3.9", "3"), ("int true", "1"),
    ("int \" 7\"", "0"), ("int nil", "0"), ("int64 \"9007199254740993\"", "9007199254740993"),
    ("float64 \"2.50\"", "2.5"), ("float64 \"x\"", "0"), ("atoi \"12\"", "12"), ("atoi \"1x\"", "0"),
    ("toDecimal \"0777\"", "511"), ("toString 1.50", "1.5"), ("typeOf (add 1 2)", "int64"),
    ("typeOf (splitList \",\" \"a\")", "[]string"), ("typeOf .", "map[string]interface {}"),
    ("typeIs \"string\" \"\"", "true"), ("typeIsLike \"int64\" (add 1 2)", "true"), ("kindOf (list)", "slice"),
    ("kindOf nil", "invalid"), ("kindIs \"int\" 1", "true"),
  ]

  static let structures: [(String, String)] = [
    ("list 1 2 | first", "1"), ("list 1 2 | last", "2"), ("mustFirst (list 3)", "3"), ("rest (list 1 2 3)", "[2 3]"),
    ("initial (list 1 2 3)", "[1 2]"), ("append (list 1) 2", "[1 2]"),
    ("push (list 1) 2", "[1 2]"), ("prepend (list 1) 0", "[0 1]"), ("concat (list 1) (list 2 3)", "[1 2 3]"),
    ("reverse (list 1 2 3)", "[3 2 1]"), ("uniq (list 1 2 1)", "[1 2]"),
    ("without (list 1 2 3) 2", "[1 3]"), ("has 3 (list 1 3)", "true"), ("has \"3\" (list 1 3)", "false"),
    ("compact (list 0 \"\" \"a\" nil)", "[a]"), ("slice (list 1 2 3 4) 1 3", "[2 3]"),
    ("slice (list 1 2 3) 1", "[2 3]"), ("chunk 3 (list 1 2 3 4)", "[[1 2 3] [4]]"), ("tuple", "[]"),
    ("first (list)", "<no value>"), ("dict \"a\" 1 \"b\"", "map[a:1 b:]"),
    ("get (dict \"a\" 1) \"a\"", "1"), ("get (dict) \"z\"", ""), ("set (dict) \"a\" 1", "map[a:1]"),
    ("unset (dict \"a\" 1) \"a\"", "map[]"), ("hasKey (dict \"a\" 1) \"a\"", "true"),
    ("keys (dict \"b\" 1 \"a\" 2) | sortAlpha", "[a b]"), ("values (dict \"x\" \"y\")", "[y]"),
    ("pluck \"a\" (dict \"a\" 1) (dict \"b\" 3) (dict \"a\" 2)", "[1 2]"),
    ("pick (dict \"a\" 1 \"b\" 2) \"a\"", "map[a:1]"), ("omit (dict \"a\" 1 \"b\" 2) \"a\"", "map[b:2]"),
    ("dig \"b\" \"c\" \"none\" (dict \"b\" (dict \"c\" \"deep\"))", "deep"),
    ("dig \"b\" \"q\" \"none\" (dict \"b\" (dict))", "none"),
    ("merge (dict \"a\" 5) (dict \"a\" 1 \"b\" 2)", "map[a:5 b:2]"),
    ("mergeOverwrite (dict \"a\" 5) (dict \"a\" 1)", "map[a:1]"),
    ("merge (dict \"m\" (dict \"x\" 1)) (dict \"m\" (dict \"y\" 2))", "map[m:map[x:1 y:2]]"),
    ("deepCopy (dict \"a\" (list 1))", "map[a:[1]]"), ("deepEqual (list 1 2) (list 1 2)", "true"),
    ("deepEqual 1 (int64 1)", "false"), ("default \"d\" \"\"", "d"), ("default \"d\"", "d"), ("empty 0", "true"),
    ("coalesce \"\" 0 \"last\"", "last"), ("all 1 \"\"", "false"), ("any \"\" 1", "true"),
    ("true | ternary 1 2", "1"),
    ("toJson (dict \"b\" (list 1 nil true) \"a\" \"<q\\\">\")", #"{"a":"\u003cq\"\u003e","b":[1,null,true]}"#),
    ("toRawJson \"<&>\"", "\"<&>\""),
    ("toPrettyJson (dict \"k\" (list 1 2) \"e\" (list))", "{\n  \"e\": [],\n  \"k\": [\n    1,\n    2\n  ]\n}"),
    ("toJson 1e-7", "1e-7"), ("toJson 1e21", "1e+21"),
    (#"(fromJson "{\"a\":{\"b\":[1,\"\\u00e9\\ud83d\\ude00\"]}}").a.b"#, "[1 é😀]"), ("fromJson \"{bad\"", "<no value>"),
    ("fromJson \"1234567890\"", "1.23456789e+09"),
  ]

  static let others: [(String, String)] = [
    ("b64enc \"héllo?>\"", "aMOpbGxvPz4="), ("b64dec \"aMOpbGxvPz4=\"", "héllo?>"),
    ("b64dec \"!!\"", "illegal base64 data at input byte 0"), ("b64dec \"YQ=\"", "illegal base64 data at input byte 2"),
    ("b32enc \"héllo?>\"", "NDB2S3DMN47T4==="), ("b32dec \"NDB2S3DMN47T4===\"", "héllo?>"),
    ("sha1sum \"hello\"", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"),
    ("sha256sum \"hello\"", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
    ("adler32sum \"hello\"", "103547413"),
    (
      "sha512sum \"hello\"",
      "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"
    ),
    ("Hash \"\" \"\"", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
    ("Hash (repeat 200 \"a\") \"\" | len", "64"),
    (#"regexMatch "^a.c" "abc""#, "true"), (#"regexMatch "(" "x""#, "false"), (#"regexFind "[0-9]+" "a12""#, "12"),
    (#"regexFind "z" "a""#, ""), (#"regexFindAll "[0-9]" "1a2b3" 2"#, "[1 2]"),
    (#"regexFindAll "." "abc" 0 | len"#, "0"), (#"regexReplaceAll "(a*)bc" "aabc bc" "${1}x""#, "aax x"),
    (#"regexReplaceAll "z*" "ab" "-""#, "-a-b-"), (#"regexReplaceAll "a" "a" "$$""#, "$"),
    (#"regexReplaceAllLiteral "(ts=)" "ts=1" "t=$1""#, "t=$11"),
    (#"mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W""#, "-W-xxW-"), (#"regexSplit "z+" "pizza" -1"#, "[pi a]"),
    (#"regexSplit "," "a,b,c" 2"#, "[a b,c]"), (#"regexSplit "," "a,b" 0 | len"#, "0"),
    (#"regexQuoteMeta "1.2*3""#, #"1\.2\*3"#),
    ("base \"/a/b.c\"", "b.c"), ("base \"\"", "."), ("base \"//\"", "/"), ("dir \"/var/log/x.log\"", "/var/log"),
    ("dir \"x\"", "."), ("clean \"/a/../b//c\"", "/b/c"), ("clean \"../a/../..\"", "../.."),
    ("clean \"\"", "."), ("ext \"x.tar.gz\"", ".gz"), ("ext \"a.b/c\"", ""), ("isAbs \"a/b\"", "false"),
    ("osBase \"/a/b.c\"", "b.c"), ("osExt \"/a/b.c\"", ".c"),
    (#"(urlParse "https://ann:pw@example.com:8443/a%20b?q=1#frag").userinfo"#, "ann:pw"),
    (#"(urlParse "https://example.com:8443/a%20b?q=1").path"#, "/a b"),
    (#"(urlParse "http://[::1]:80/").hostname"#, "::1"),
    (#"(urlParse "mailto:a@b").opaque"#, "a@b"),
    (
      #"urlJoin (dict "scheme" "https" "host" "h" "path" "/p q" "query" "a=b" "userinfo" "u:p" "fragment" "f")"#,
      "https://u:p@h/p%20q?a=b#f"
    ),
    (#"(semver "v1.2.3-alpha.1+build7").Prerelease"#, "alpha.1"), (#"semver "1.2""#, "1.2.0"),
    (#"semverCompare ">=1.2.0" "1.10.3""#, "true"), (#"semverCompare "^1.2" "2.0.0""#, "false"),
    (#"semverCompare "~1.2.0" "1.2.9""#, "true"), (#"semverCompare "1.2 - 1.4" "1.3.5""#, "true"),
    (#"semverCompare "<1 || >=2" "2.1.0""#, "true"), (#"semverCompare "1.x" "1.9.0""#, "true"),
    (#"semverCompare "*" "3.0.0""#, "true"), (#"semverCompare ">1" "1.5.0""#, "false"),
    (#"semverCompare "!=1.2.x" "1.2.3""#, "false"), (#"semverCompare ">=1.0.0" "1.1.0-beta""#, "false"),
    (#"semverCompare ">= 1.0, < 2" "1.5.0""#, "true"),
    (#"regexMatch "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" uuidv4"#, "true"),
    ("ne uuidv4 uuidv4", "true"), (#"regexMatch "^[A-Za-z]{5}$" (randAlpha 5)"#, "true"),
    (#"regexMatch "^[0-9]{6}$" (randNumeric 6)"#, "true"), ("randAlphaNum 12 | len", "12"), ("randAscii 3 | len", "3"),
    ("randInt 3 4", "3"), ("randBytes 3 | len", "4"), ("shuffle \"aaa\"", "aaa"), (#"env "NO_SUCH_VARIABLE_HERE""#, ""),
    (#"expandenv "a$NO_SUCH_VARIABLE_HERE${NO_SUCH_VARIABLE_HERE}b""#, "ab"),
  ]

  static let dates: [(String, String)] = [
    (#"dateInZone "2006-01-02T15:04:05Z07:00" $t "Asia/Tokyo""#, "2023-05-06T16:08:09+09:00"),
    (#"date_in_zone "15:04 MST" $t "UTC""#, "07:08 UTC"),
    (
      #"dateInZone "Mon Monday Jan January 1 _2 02 06 3 03 4 5 PM pm 002 .000 .999 -0700" $t "UTC""#,
      "Sat Saturday May May 5  6 06 23 7 07 8 9 AM am 126 .000  +0000"
    ),
    (#"dateInZone "15:04:05" ($t | date_modify "-1.5h") "UTC""#, "05:38:09"), ("unixEpoch $t", "1683356889"),
    (#"htmlDateInZone $t "UTC""#, "2023-05-06"), (#"duration "95""#, "1m35s"),
    ("duration 3725", "0s"), ("duration (int64 60)", "1m0s"), (#"durationRound "26h10m5s""#, "1d"),
    (#"durationRound "2400h5m""#, "3mo"), (#"durationRound "50s""#, "50s"), ("$t.Unix", "1683356889"),
    (#"$t.Format "Jan 2""#, "May 6"), ("$t.YearDay", "126"),
    (#"($t.AddDate 0 1 -6).Format "2006-01-02""#, "2023-05-31"), ("($t.Sub $t).Seconds", "0"),
    ("$t.UnixMilli", "1683356889000"),
    (#"dateModify "24h" $t | unixEpoch"#, "1683443289"), (#"toDate "2006" "x" | unixEpoch"#, "-62135596800"),
    ("ago now", "0s"), (#"now | date "2006" | len"#, "4"),
  ]

  @Test(arguments: promtail + strings) func text(_ item: (String, String)) throws {
    #expect(try render("{{ \(item.0) }}") == item.1)
  }

  @Test(arguments: numbers) func number(_ item: (String, String)) throws {
    #expect(try render("{{ \(item.0) }}") == item.1)
  }

  @Test(arguments: structures) func structure(_ item: (String, String)) throws {
    #expect(try render("{{ \(item.0) }}") == item.1)
  }

  @Test(arguments: others) func other(_ item: (String, String)) throws {
    #expect(try render("{{ \(item.0) }}") == item.1)
  }

  @Test(arguments: dates) func date(_ item: (String, String)) throws {
    let start = #"{{ $t := toDate "2006-01-02T15:04:05Z07:00" "2023-05-06T07:08:09Z" }}"#
    #expect(try render("\(start){{ \(item.0) }}") == item.1)
  }

  static let failures: [String] = [
    "div 1 0", "mod 1 0", "divf 1 0", "mustFromJson \"{\"", "mustToDate \"2006\" \"x\"", "mustRegexMatch \"(\" \"x\"",
    "regexFind \"(\" \"x\"", "regexReplaceAll \"(\" \"x\" \"\"", "slice \"abc\" 1",
    "first 3", "semver \"x\"", "semverCompare \"y\" \"1.0.0\"", "repeat -1 \"x\"", "indent -1 \"x\"",
    "substr 3 1 \"hello\"", "slice (list 1) 0 5", "chunk 0 (list 1)", "urlParse \"http://a:b\"",
    "dig \"a\" (dict)", "randInt 3 3", "randAlpha -1", "mustDateModify \"x\" now", "concat 1",
    "urlJoin (dict \"host\" 1)", "hasKey (split \",\" \"a\") \"_0\"",
  ]

  @Test(arguments: failures) func fails(_ call: String) throws {
    _ = try Template("{{ \(call) }}")
    #expect(failure("{{ \(call) }}") != nil)
  }
}
