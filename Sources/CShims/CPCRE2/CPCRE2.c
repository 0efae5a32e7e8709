#define PCRE2_CODE_UNIT_WIDTH 8
#include "CPCRE2.h"

#include <pcre2.h>
#include <stdlib.h>

enum { kPairs = 100, kMatchLimit = 200000 };

struct cpcre2 {
  pcre2_code *code;
  pcre2_match_context *context;
};

cpcre2 *cpcre2_compile(const uint8_t *pattern, size_t count) {
  int error;
  PCRE2_SIZE place;
  pcre2_compile_context *compile = pcre2_compile_context_create(NULL);
  if (!compile) return NULL;
  pcre2_set_newline(compile, PCRE2_NEWLINE_LF);
  pcre2_code *code = pcre2_compile(pattern, count, PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP, &error,
                                   &place, compile);
  pcre2_compile_context_free(compile);
  if (!code) return NULL;
  uint32_t groups = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  if (groups + 1 > kPairs || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0) {
    pcre2_code_free(code);
    return NULL;
  }
  cpcre2 *made = malloc(sizeof *made);
  made->code = code;
  made->context = pcre2_match_context_create(NULL);
  pcre2_set_match_limit(made->context, kMatchLimit);
  return made;
}

void cpcre2_free(cpcre2 *re) {
  pcre2_match_context_free(re->context);
  pcre2_code_free(re->code);
  free(re);
}

int cpcre2_match(const cpcre2 *re, const uint8_t *text, size_t count, cpcre2_range *groups, int32_t group_count) {
  // One per thread for the life of the thread; threads are few.
  static _Thread_local pcre2_match_data *found;
  if (!found && !(found = pcre2_match_data_create(kPairs, NULL))) return -1;
  int pairs = pcre2_jit_match(re->code, text, count, 0, 0, found, re->context);
  if (pairs == PCRE2_ERROR_NOMATCH) return 0;
  if (pairs <= 0) return -1;
  const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(found);
  for (int32_t i = 0; i < group_count; i++) {
    if (i >= pairs || offsets[2 * i] == PCRE2_UNSET) {
      groups[i].start = groups[i].end = -1;
    } else {
      groups[i].start = (int32_t)offsets[2 * i];
      groups[i].end = (int32_t)offsets[2 * i + 1];
    }
  }
  return 1;
}
