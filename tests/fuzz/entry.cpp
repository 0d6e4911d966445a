// The entry that libFuzzer calls; FIREDRILL_FUZZ_TARGET is the name of the target.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return firedrill::fuzz::FIREDRILL_FUZZ_TARGET({data, size}) == firedrill::fuzz::Worth::keeping ? 0 : -1;
}
