// The neutral tree: look-ups, printing, and the one-line form.
#include "faults/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace firedrill::faults {

std::string Place::directory() const {
  const std::size_t slash = source && line > 0 ? source->rfind('/') : std::string::npos;
  return slash == std::string::npos ? "" : source->substr(0, slash + 1);
}

std::string Place::text() const {
  if (!source) return {};
  if (line == 0) return *source;
  return fmt::format("{}:{}:{}", *source, line, column);
}

const Value* Value::find(std::string_view key) const {
  if (const Table* members = table()) {
    for (const Member& m : *members)
      if (m.key == key) return &m.value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

void Value::put(std::string key, Value value) {
  if (Value* there = find(key)) {
    *there = std::move(value);
    return;
  }
  Place where = value.place;
  std::get<Table>(content).push_back({std::move(key), std::move(value), std::move(where)});
}

std::string Value::shown() const {
  struct Shown {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t n) const { return fmt::format("{}", n); }
    std::string operator()(double d) const { return fmt::format("{}", d); }
    std::string operator()(const std::string& s) const {
      constexpr std::size_t longest = 60;
      std::size_t cut = std::min(longest, s.size());
      while (cut > 0 && cut < s.size() && (static_cast<unsigned char>(s[cut]) & 0xc0) == 0x80)
        --cut;  // never inside UTF-8
      std::string shown = "\"";
      for (const char c : std::string_view{s}.substr(0, cut)) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          shown += c;
        }
      }
      return shown + (s.size() > cut ? "…\"" : "\"");
    }
    std::string operator()(const List&) const { return "a list"; }
    std::string operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Shown{}, content);
}

Value parse_scalar(std::string_view text) {
  if (text == "true") return Value{true};
  if (text == "false") return Value{false};
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (auto [stop, ec] = std::from_chars(text.data(), end, whole); ec == std::errc{} && stop == end && !text.empty())
    return Value{whole};
  double real = 0;
  // "nan" and "inf" are words, not numbers.
  if (auto [stop, ec] = std::from_chars(text.data(), end, real);
      ec == std::errc{} && stop == end && !text.empty() && std::isfinite(real))
    return Value{real};
  return Value{std::string{text}};
}

Value parse_inline(std::string_view words, std::string* bad) {
  Value table;
  while (true) {
    words.remove_prefix(std::min(words.find_first_not_of(' '), words.size()));
    if (words.empty()) return table;
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(word.size());
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      if (bad != nullptr) *bad = word;
      return Value{};
    }
    std::string_view path = word.substr(0, equals);
    Value* at = &table;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      std::string step{path.substr(0, dot)};
      if (Value* there = at->find(step); there == nullptr || there->table() == nullptr) at->put(step, Value{});
      at = at->find(step);
      path.remove_prefix(dot + 1);
    }
    at->put(std::string{path}, parse_scalar(word.substr(equals + 1)));
  }
}

}  // namespace firedrill::faults
