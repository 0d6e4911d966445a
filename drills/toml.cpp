// The only file that knows toml++.
#include "drills/toml.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "drills/toml_guard.hpp"
#include "faults/units.hpp"
#include "proxy/socket.hpp"

namespace firedrill::drills {
namespace {

using faults::Member;
using faults::Place;
using faults::Problems;
using faults::Value;

class Conversion {
 public:
  Conversion(std::shared_ptr<const std::string> source, Problems& problems)
      : source_{std::move(source)}, problems_{problems} {}

  Value value(const toml::node& node, std::size_t depth) {
    const Place here = place(node.source());
    if (depth > deepest_nesting) {
      if (!std::exchange(too_deep_, true))
        problems_.push_back({here, fmt::format("nested too deeply; at most {} levels", deepest_nesting)});
      return Value{std::string{}, here};
    }
    if (const auto* table = node.as_table()) return Value{members(*table, depth), here};
    if (const auto* array = node.as_array()) {
      Value::List list;
      for (const toml::node& item : *array) list.push_back(value(item, depth + 1));
      return Value{std::move(list), here};
    }
    if (const auto* text = node.as_string()) return Value{text->get(), here};
    if (const auto* whole = node.as_integer()) return Value{whole->get(), here};
    if (const auto* real = node.as_floating_point()) return Value{real->get(), here};
    if (const auto* flag = node.as_boolean()) return Value{flag->get(), here};
    problems_.push_back(
        {here,
         "a date or time; a drill counts from its own start: write a duration such as \"30s\", or a text "
         "in quotes"});
    return Value{std::string{}, here};
  }

 private:
  // toml++ sorts by name; people expect messages in the order they wrote.
  Value::Table members(const toml::table& table, std::size_t depth) {
    Value::Table all;
    for (const auto& [key, node] : table)
      all.push_back({std::string{key.str()}, value(node, depth + 1), place(key.source())});
    std::stable_sort(all.begin(), all.end(), [](const Member& a, const Member& b) {
      return std::pair{a.place.line, a.place.column} < std::pair{b.place.line, b.place.column};
    });
    return all;
  }

  Place place(const toml::source_region& region) const {
    return {source_, static_cast<std::uint32_t>(region.begin.line), static_cast<std::uint32_t>(region.begin.column)};
  }

  std::shared_ptr<const std::string> source_;
  Problems& problems_;
  bool too_deep_ = false;
};

// How many characters the line has.
std::uint32_t columns(std::string_view text, std::size_t line) {
  for (std::size_t at = 1; at < line; ++at)
    text.remove_prefix(std::min(text.find('\n') + 1, text.size()));  // npos + 1 is 0
  text = text.substr(0, text.find('\n'));
  return static_cast<std::uint32_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::optional<std::string> read_text(const std::string& path, Problems& problems) {
  const auto unreadable = [&](std::string why) {
    problems.push_back({{std::make_shared<const std::string>(path)}, std::move(why)});
    return std::nullopt;
  };
  const auto failed = [&](int error) {
    return unreadable("cannot be read: " + std::generic_category().message(error));
  };
  // Nobody may ever write into a FIFO: neither opening nor reading waits for ever.
  const proxy::Descriptor file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (file.get() < 0) return failed(errno);
  std::string text;
  std::array<char, 16 * 1024> piece;
  while (text.size() <= longest_file) {
    const ssize_t n = ::read(file.get(), piece.data(), piece.size());
    if (n == 0) return text;
    if (n > 0) {
      text.append(piece.data(), static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd readable{file.get(), POLLIN, 0};
      constexpr int patience_ms = 5000;
      if (::poll(&readable, 1, patience_ms) == 0) return unreadable("cannot be read: nothing came for 5s");
    } else if (errno != EINTR) {
      return failed(errno);
    }
  }
  return unreadable(fmt::format("longer than {}, which no drill needs", faults::show_size(longest_file)));
}

std::optional<Value> parse_toml(const std::string& source, std::string_view text, Problems& problems) {
  const auto name = std::make_shared<const std::string>(source);
  const auto refuse = [&](std::uint32_t line, std::uint32_t column, std::string why) {
    problems.push_back({{name, line, column}, std::move(why)});
    return std::nullopt;
  };
  if (const auto spot = not_utf8(text)) return refuse(spot->line, spot->column, "not UTF-8");
  if (const auto spot = too_deep(text, deepest_nesting))
    return refuse(spot->line, spot->column, fmt::format("nested too deeply; at most {} levels", deepest_nesting));
  try {
    const toml::table root = toml::parse(text, source);
    return Conversion{name, problems}.value(root, 0);
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    // At the end of a file toml++ counts the last line's end as a column of it.
    const auto column = std::min(static_cast<std::uint32_t>(at.column), columns(text, at.line) + 1);
    return refuse(static_cast<std::uint32_t>(at.line), column, std::string{error.description()});
  }
}

}  // namespace firedrill::drills
