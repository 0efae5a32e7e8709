// PCRE2's just-in-time compiled matching, for expressions and texts on which it agrees with RE2.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct cpcre2 cpcre2;

typedef struct {
  int32_t start;
  int32_t end;
} cpcre2_range;

/// Compiles for bytes, without UTF. NULL when the expression is refused or machine code cannot be made here.
cpcre2 *cpcre2_compile(const uint8_t *pattern, size_t count);
void cpcre2_free(cpcre2 *);

/// Searches `text`. Fills `groups` (group 0 first; start -1 for a group that took no part).
/// 1: found, 0: not found, -1: given up at a limit; somebody else has to say.
int cpcre2_match(const cpcre2 *, const uint8_t *text, size_t count, cpcre2_range *groups, int32_t group_count);
