/// An encoding of text, by the name that `encoding:` has for it: the IANA names and aliases of what Go implements.
public struct TextEncoding: Hashable, Sendable {
  /// How line ends are found in the encoded bytes.
  public enum Unit: Hashable, Sendable {
    /// The byte 0x0A is a line end and nothing else; true of everything but UTF-16.
    case byte
    case utf16(isBigEndian: Bool)
  }

  /// What iconv(3) calls it.
  let converterName: String
  public let unit: Unit
  /// The first two bytes of a file may say which end comes first.
  public let mayBeginWithMark: Bool

  /// Bytes that are UTF-8 already and are only checked.
  public var isUTF8: Bool { converterName == "UTF-8" }

  private init(_ converterName: String, unit: Unit = .byte, mayBeginWithMark: Bool = false) {
    self.converterName = converterName
    self.unit = unit
    self.mayBeginWithMark = mayBeginWithMark
  }

  /// - Returns: nil for a name that means nothing here; letter case does not count.
  public init?(named name: String) {
    guard let found = Self.byName[name.lowercased()] else { return nil }
    self = found
  }

  /// The encoding that a file's first bytes say, of one that may begin with a byte order mark.
  public func marked(by first: UnsafeRawBufferPointer) -> (encoding: TextEncoding, markLength: Int) {
    guard mayBeginWithMark, first.count >= 2 else { return (self, 0) }
    switch (first[0], first[1]) {
    case (0xFE, 0xFF): return (Self.bigEndian, 2)
    case (0xFF, 0xFE): return (Self.littleEndian, 2)
    default: return (self, 0)
    }
  }

  /// Every name, for hints.
  public static var names: [String] { byName.keys.sorted() }

  private static let bigEndian = TextEncoding("UTF-16BE", unit: .utf16(isBigEndian: true))
  private static let littleEndian = TextEncoding("UTF-16LE", unit: .utf16(isBigEndian: false))

  private static let byName: [String: TextEncoding] = {
    var names: [String: TextEncoding] = [
      "utf-16be": bigEndian, "utf-16le": littleEndian,
      "utf-16": TextEncoding("UTF-16BE", unit: .utf16(isBigEndian: true), mayBeginWithMark: true),
    ]
    // The IANA registry's names; the first of a line is what iconv knows it by.
    for line in table.split(separator: "\n") {
      let aliases = line.split(separator: " ")
      for alias in aliases { names[alias.lowercased()] = TextEncoding(String(aliases[0])) }
    }
    return names
  }()

  private static let table = """
    UTF-8 csutf8
    ISO-8859-1 iso_8859-1:1987 iso-ir-100 iso_8859-1 latin1 latin-1 l1 ibm819 cp819 csisolatin1
    ISO-8859-2 iso_8859-2:1987 iso-ir-101 iso_8859-2 latin2 l2 csisolatin2
    ISO-8859-3 iso_8859-3:1988 iso-ir-109 iso_8859-3 latin3 l3 csisolatin3
    ISO-8859-4 iso_8859-4:1988 iso-ir-110 iso_8859-4 latin4 l4 csisolatin4
    ISO-8859-5 iso_8859-5:1988 iso-ir-144 iso_8859-5 cyrillic csisolatincyrillic
    ISO-8859-6 iso_8859-6:1987 iso-ir-127 iso_8859-6 ecma-114 asmo-708 arabic csisolatinarabic
    ISO-8859-7 iso_8859-7:1987 iso-ir-126 iso_8859-7 elot_928 ecma-118 greek greek8 csisolatingreek
    ISO-8859-8 iso_8859-8:1988 iso-ir-138 iso_8859-8 hebrew csisolatinhebrew
    ISO-8859-9 iso_8859-9:1989 iso-ir-148 iso_8859-9 latin5 l5 csisolatin5
    ISO-8859-10 iso-ir-157 l6 iso_8859-10:1992 csisolatin6 latin6
    ISO-8859-13 csiso885913
    ISO-8859-14 iso-ir-199 iso_8859-14:1998 iso_8859-14 latin8 iso-celtic l8 csiso885914
    ISO-8859-15 iso_8859-15 latin-9 csiso885915
    ISO-8859-16 iso-ir-226 iso_8859-16:2001 iso_8859-16 latin10 l10 csiso885916
    WINDOWS-874 windows-874 cswindows874
    CP1250 windows-1250 cswindows1250
    CP1251 windows-1251 cswindows1251
    CP1252 windows-1252 cswindows1252
    CP1253 windows-1253 cswindows1253
    CP1254 windows-1254 cswindows1254
    CP1255 windows-1255 cswindows1255
    CP1256 windows-1256 cswindows1256
    CP1257 windows-1257 cswindows1257
    CP1258 windows-1258 cswindows1258
    KOI8-R cskoi8r
    KOI8-U cskoi8u
    MACINTOSH mac csmacintosh
    IBM037 cp037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csibm037
    IBM437 cp437 437 cspc8codepage437
    IBM850 cp850 850 cspc850multilingual
    IBM852 cp852 852 cspcp852
    IBM855 cp855 855 csibm855
    CP858 ibm00858 ccsid00858 cp00858 pc-multilingual-850+euro csibm00858
    IBM860 cp860 860 csibm860
    IBM862 cp862 862 cspc862latinhebrew
    IBM863 cp863 863 csibm863
    IBM865 cp865 865 csibm865
    IBM866 cp866 866 csibm866
    IBM1047 ibm-1047 csibm1047
    CP1140 ibm01140 ccsid01140 cp01140 ebcdic-us-37+euro csibm01140
    GBK cp936 ms936 windows-936 csgbk
    GB18030 csgb18030
    BIG5 csbig5
    EUC-JP extended_unix_code_packed_format_for_japanese cseucpkdfmtjapanese eucjp
    ISO-2022-JP csiso2022jp
    SHIFT_JIS ms_kanji csshiftjis sjis
    EUC-KR cseuckr ks_c_5601-1987 ksc_5601 korean
    """
}
