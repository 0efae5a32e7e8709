#include "CRE2.h"

#include <re2/re2.h>

#include <cstring>
#include <vector>

struct cre2 {
  RE2 expression;
  std::vector<const char *> names;
  cre2(re2::StringPiece pattern, const RE2::Options &options) : expression(pattern, options) {}
};

cre2 *cre2_compile(const uint8_t *pattern, size_t count, int latin1, char *message, size_t capacity) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(64 << 20);
  if (latin1) options.set_encoding(RE2::Options::EncodingLatin1);
  cre2 *re = new cre2(re2::StringPiece(reinterpret_cast<const char *>(pattern), count), options);
  if (!re->expression.ok()) {
    if (capacity) {
      strncpy(message, re->expression.error().c_str(), capacity - 1);
      message[capacity - 1] = 0;
    }
    delete re;
    return nullptr;
  }
  re->names.assign(static_cast<size_t>(re->expression.NumberOfCapturingGroups()) + 1, nullptr);
  for (const auto &group : re->expression.CapturingGroupNames())
    re->names[static_cast<size_t>(group.first)] = group.second.c_str();
  return re;
}

void cre2_free(cre2 *re) { delete re; }

int32_t cre2_group_count(const cre2 *re) { return re->expression.NumberOfCapturingGroups(); }

const char *cre2_group_name(const cre2 *re, int32_t index) {
  return index >= 0 && static_cast<size_t>(index) < re->names.size() ? re->names[static_cast<size_t>(index)] : nullptr;
}

int cre2_match(const cre2 *re, const uint8_t *text, size_t count, size_t from, int anchored, cre2_range *groups,
               int32_t group_count) {
  constexpr int kOnStack = 24;
  re2::StringPiece onStack[kOnStack];
  std::vector<re2::StringPiece> onHeap;
  re2::StringPiece *found = onStack;
  if (group_count > kOnStack) {
    onHeap.resize(static_cast<size_t>(group_count));
    found = onHeap.data();
  }
  const char *base = reinterpret_cast<const char *>(text);
  if (!re->expression.Match(re2::StringPiece(base, count), from, count,
                            anchored ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, found, group_count))
    return 0;
  for (int32_t i = 0; i < group_count; i++) {
    if (found[i].data() == nullptr) {
      groups[i] = {-1, -1};
    } else {
      int32_t start = static_cast<int32_t>(found[i].data() - base);
      groups[i] = {start, start + static_cast<int32_t>(found[i].size())};
    }
  }
  return 1;
}
