// Texts that are checked, and places in them. Files are read by whoever asks for a check.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firedrill::lint {

/// Where texts come from: the disk, or a map in tests.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;
  /// The whole text, or nothing and the reason in `why`.
  virtual std::optional<std::string> read(const std::string& path, std::string& why) = 0;
  /// The files a pattern with wildcards stands for, sorted; none is no mistake.
  virtual std::vector<std::string> matches(const std::string& pattern) = 0;
};

/// What some editors put in front of UTF-8. No program that is checked takes it for nothing.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// One text with its name.
class Source {
 public:
  Source(std::string name, std::string text);
  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  /// Lines are counted from 1; the line break is left out. Empty for a line that is not there.
  std::string_view line(std::uint32_t number) const;
  std::uint32_t lines() const { return static_cast<std::uint32_t>(starts_.size()); }
  /// The line and column, in bytes from 1, of a byte.
  struct At {
    std::uint32_t line, column;
  };
  At at(std::size_t offset) const;
  /// The column in bytes of a character, both from 1.
  std::uint32_t column_of(std::uint32_t line, std::uint32_t character) const;

 private:
  std::string name_, text_;
  std::vector<std::size_t> starts_;
};

/// A place in a text. Line 0: the text as a whole.
struct Spot {
  const Source* source = nullptr;
  std::uint32_t line = 0, column = 0;  // from 1; columns in bytes
  /// In characters, as people and other programs count.
  std::uint32_t character() const;
};

/// "line 12", with the name of its file where that is not the one of the place that speaks of it.
std::string line_of(const Spot& spot, const Spot& speaker);

/// Keeps what was read for as long as findings point into it.
class Sources {
 public:
  explicit Sources(Files& files) : files_{files} {}
  /// The text of a file; each is read once. Null, and the reason in `why`, when it cannot be read.
  const Source* open(const std::string& path, std::string& why);
  /// A text that is no file, or stands for one that cannot be read.
  const Source* add(std::string name, std::string text);
  std::vector<std::string> matches(const std::string& pattern) { return files_.matches(pattern); }
  /// A text that is looked into once, and holds no place that a finding could have.
  std::optional<std::string> read(const std::string& path, std::string& why) { return files_.read(path, why); }
  const std::deque<Source>& all() const { return all_; }

  static constexpr std::size_t most_bytes = std::size_t{64} << 20;

 private:
  Files& files_;
  std::deque<Source> all_;
};

}  // namespace firedrill::lint
