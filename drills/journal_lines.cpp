// Every line carries its number: what a crash, a full disk or a stray hand took away shows as a gap.
#include "drills/journal_lines.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "drills/journal.hpp"
#include "drills/report.hpp"

namespace firedrill::drills {

JournalLines::JournalLines(std::filesystem::path path) : path_{std::move(path)} {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) path_ /= journal_name;
  errno = 0;
  in_.open(path_, std::ios::binary);
  if (!in_)
    throw JournalError{fmt::format("cannot read {}: {}", path_.string(), std::strerror(errno != 0 ? errno : EIO))};
}

std::optional<Fields> JournalLines::next() {
  for (std::string text; std::getline(in_, text);) {
    ++number_;
    Fields line = Fields::parse(text, nullptr, false);
    if (is_line(line)) {
      follow(line["seq"].get<std::uint64_t>(), line["t"].get<double>());
      return line;
    }
    // A line without its end was being written when the run ended.
    if (in_.eof()) {
      cut_ = true;
    } else {
      if (unreadable_++ == 0) first_unreadable_ = number_;
      ++unreadable_here_;
    }
  }
  if (read_ == 0)
    throw JournalError{fmt::format("{} is not the journal of a run: no line of it can be read as one", path_.string())};
  return std::nullopt;
}

bool JournalLines::is_line(const Fields& value) const {
  const auto version = count_of(value, "v");
  const bool whole = version && count_of(value, "seq") && number_of(value, "t") && field(value, "event").is_string();
  if (whole && read_ == 0 && *version != static_cast<std::uint64_t>(journal_version))
    throw JournalError{fmt::format("{} is a journal of version {}; this program reads version {}", path_.string(),
                                   *version, journal_version)};
  return whole && *version == static_cast<std::uint64_t>(journal_version);
}

void JournalLines::follow(std::uint64_t seq, double t) {
  ++read_;
  if (seq < next_seq_) {
    if (back_ == 0) back_ = number_;
  } else if (const std::uint64_t gap = seq - next_seq_; gap > unreadable_here_) {
    if (gone_ == 0) first_gap_ = t;
    gone_ += gap - unreadable_here_;
  }
  unreadable_here_ = 0;
  next_seq_ = seq + 1;
}

std::vector<std::string> JournalLines::missing() const {
  std::vector<std::string> why;
  if (unreadable_ == 1) why.push_back(fmt::format("line {} cannot be read", first_unreadable_));
  if (unreadable_ > 1)
    why.push_back(fmt::format("{} lines cannot be read, the first is line {}", unreadable_, first_unreadable_));
  if (gone_ > 0)
    why.push_back(fmt::format("{} line{} missing by their numbers, the first before t={:.1f} s", gone_,
                              gone_ == 1 ? " is" : "s are", first_gap_));
  if (back_ > 0)
    why.push_back(fmt::format("the numbering starts again at line {}: more than one run in one file", back_));
  if (cut_) why.push_back("the last line is cut off");
  return why;
}

}  // namespace firedrill::drills
