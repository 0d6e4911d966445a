// What callgrind counts the instructions of: `counted` lists the cases, `counted NAME TIMES` does one of them so often
// in firedrill_counted(), which is where bench/budget has it count. The same work each time, whatever the machine does.
#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <string_view>

#include "bench/micro/work.hpp"

/// Apart from all else, by a name that callgrind is told.
extern "C" [[gnu::noinline]] void firedrill_counted(firedrill::bench::Work& work, unsigned times) {
  for (unsigned i = 0; i < times; ++i) work.once();
}

int main(int count, char** words) try {
  using firedrill::bench::cases;
  if (count == 1) {
    for (const auto* const one : cases()) fmt::print("{}\n", one->name);
    return 0;
  }
  unsigned times = 0;
  const std::string_view number = count == 3 ? words[2] : "";
  if (std::from_chars(number.data(), number.data() + number.size(), times).ec != std::errc{} || times == 0) {
    fmt::print(stderr, "usage: counted [NAME TIMES]\n");
    return 2;
  }
  for (const auto* const one : cases()) {
    if (one->name != words[1]) continue;
    const auto work = one->make();
    for (int i = 0; i < 2000; ++i) work->once();  // what happens once only: binding of symbols, growth of containers
    firedrill_counted(*work, times);
    return 0;
  }
  fmt::print(stderr, "counted: there is no case {}\n", words[1]);
  return 2;
} catch (const std::exception& error) {
  fmt::print(stderr, "counted: {}\n", error.what());
  return 1;
}
