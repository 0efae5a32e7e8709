#include "CICUData.h"

#include <stdint.h>

// Full Foundation, which GRDB and Yams import, brings ICU with 32 MB of locale data. Nothing here formats dates or sorts
// by a locale, so this stands in its place: a data file without entries, in the form that ICU documents for its
// stub data library (common data header, format "ToCP", no table of contents).
struct empty_data {
  uint16_t header_size;
  uint8_t magic1, magic2;
  uint16_t info_size, reserved;
  uint8_t is_big_endian, charset_family, char_size, reserved_byte;
  uint8_t format[4], format_version[4], data_version[4];
  uint8_t padding[8];
  uint32_t count, reserved_count;
  int32_t contents[4];
};

_Alignas(16) const struct empty_data icudt76_dat = {
    .header_size = 32, .magic1 = 0xda, .magic2 = 0x27, .info_size = 20,
    .is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, .char_size = 2,
    .format = {'T', 'o', 'C', 'P'}, .format_version = {1, 0, 0, 0},
};
