#include "CSnappy.h"

#include <snappy-sinksource.h>
#include <snappy.h>

namespace {

/// Hands snappy the pieces one after another; it copies only where a 64 KiB block spans two of them.
class Pieces : public snappy::Source {
 public:
  Pieces(const csnappy_piece *pieces, size_t n) : piece_(pieces), end_(pieces + n) {
    for (const csnappy_piece *p = pieces; p != end_; ++p) left_ += p->count;
    settle();
  }
  size_t Available() const override { return left_; }
  const char *Peek(size_t *n) override {
    if (piece_ == end_) {
      *n = 0;
      return nullptr;
    }
    *n = piece_->count - at_;
    return reinterpret_cast<const char *>(piece_->bytes) + at_;
  }
  void Skip(size_t n) override {
    left_ -= n;
    at_ += n;
    settle();
  }

 private:
  void settle() {
    while (piece_ != end_ && at_ >= piece_->count) {
      at_ -= piece_->count;
      ++piece_;
    }
  }
  const csnappy_piece *piece_, *end_;
  size_t at_ = 0, left_ = 0;
};

}  // namespace

size_t csnappy_bound(size_t count) { return snappy::MaxCompressedLength(count); }

size_t csnappy_compress(const csnappy_piece *pieces, size_t n, uint8_t *out) {
  Pieces source(pieces, n);
  snappy::UncheckedByteArraySink sink(reinterpret_cast<char *>(out));
  return snappy::Compress(&source, &sink);
}

int64_t csnappy_uncompressed_length(const uint8_t *in, size_t count) {
  size_t length;
  if (!snappy::GetUncompressedLength(reinterpret_cast<const char *>(in), count, &length)) return -1;
  return static_cast<int64_t>(length);
}

int csnappy_uncompress(const uint8_t *in, size_t count, uint8_t *out) {
  return snappy::RawUncompress(reinterpret_cast<const char *>(in), count, reinterpret_cast<char *>(out)) ? 1 : 0;
}
