// "log": ADDRESS [len N] [format F] [sample RANGES:SIZE] FACILITY [LEVEL [LEVEL]].
#include <fmt/format.h>

#include <algorithm>

#include "lint/haproxy_syntax.hpp"

namespace firedrill::lint::haproxy {
namespace {

constexpr std::string_view facilities =
    " kern user mail daemon auth syslog lpr news uucp cron auth2 ftp ntp audit alert cron2 local0 local1 local2 local3 "
    "local4 local5 local6 local7 ";
constexpr std::string_view levels_of_logs = " emerg alert crit err warning notice info debug ";
constexpr std::string_view formats_of_logs = " local rfc3164 rfc5424 priority short timed iso raw ";

class LogTarget {
 public:
  explicit LogTarget(const Context& context) : context_{context}, line_{context.line} {}

  void check() {
    if (line_.negated) {
      if (line_.words.size() > 1) wrong(1, "no log takes no arguments: it forgets all that were");
      return;
    }
    if (line_.word(1) == "global" && line_.words.size() > 2) return wrong(2, "log global stands alone");
    if (line_.word(1) == "global") return;
    if (!listed(" stdout stderr ", line_.word(1))) check_address(context_, 1, line_.word(1), Ports::optional);
    std::size_t at = 2;
    if (line_.word(at) == "len") {
      const std::int64_t length = lax_number(line_.word(at + 1));
      if (length < 80 || length > 65'535)
        wrong(at + 1, fmt::format("log len takes a number from 80 to 65535, not \"{}\"", line_.word(at + 1)));
      at += 2;
    }
    if (line_.word(at) == "format") {
      if (!listed(formats_of_logs, line_.word(at + 1)))
        wrong(at + 1, fmt::format("log format takes one of:{}; not \"{}\"", formats_of_logs, line_.word(at + 1)));
      at += 2;
    }
    if (line_.word(at) == "sample") {
      sample(at + 1);
      at += 2;
    }
    if (line_.word(at).empty()) return wrong(0, "log takes an address and a facility");
    if (listed(" len format sample ", line_.word(at)))
      return wrong(at, fmt::format("\"{}\" stands too late: the order is len, format, sample", line_.word(at)));
    if (!listed(facilities, line_.word(at)))
      wrong(at, fmt::format("\"{}\" is no facility, such as local0", line_.word(at)));
    for (const std::size_t i : {at + 1, at + 2})
      if (!line_.word(i).empty() && !listed(levels_of_logs, line_.word(i)))
        wrong(i, fmt::format("\"{}\" is no level of logs", line_.word(i)));
  }

 private:
  void wrong(std::size_t at, const std::string& what) { context_.wrong(at, what); }

  // "1-3,5:10": of ten messages the first three and the fifth.
  void sample(std::size_t at) {
    const std::string_view text = line_.word(at);
    const std::size_t colon = text.rfind(':');
    const std::string_view size = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    std::string_view rest = text.substr(0, colon);
    std::int64_t most = 0;
    bool good = is_whole_number(size);
    while (good && !rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view one = rest.substr(0, comma);
      const std::size_t dash = one.find('-');
      const std::int64_t low = lax_number(one.substr(0, dash));
      const std::int64_t high = dash == std::string_view::npos ? low : lax_number(one.substr(dash + 1));
      good = low > 0 && low <= high;
      most = std::max(most, high);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    if (!good || lax_number(size) < std::max<std::int64_t>(most, 1))
      wrong(at, fmt::format("log sample takes ranges from 1 and a size that they are within, such as 1-3,5:10, not "
                            "\"{}\"",
                            text));
  }

  const Context& context_;
  const Line& line_;
};

}  // namespace

void check_log(const Context& context) { LogTarget{context}.check(); }

}  // namespace firedrill::lint::haproxy
