// What a load says over a raw connection, and what it awaits.
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <fmt/format.h>

#include "drills/load_reading.hpp"
#include "drills/reply.hpp"

namespace firedrill::drills {
namespace {

std::optional<std::string> of_hex(std::string_view text) {
  std::string bytes;
  std::string digits;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t') continue;
    const auto digit = std::string_view{"0123456789abcdefABCDEF"}.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return digits.empty() && !bytes.empty() ? std::optional{bytes} : std::nullopt;
}

/// A table with one key of those in `forms`; null with a problem noted.
const faults::Member* only_member(Reader& keys, std::string_view key, const Value& value, std::string_view forms) {
  if (value.table() != nullptr && value.table()->size() == 1) return &value.table()->front();
  keys.problem(key, fmt::format("must be {}", forms));
  return nullptr;
}

std::string read_pattern(Reader& table, std::string_view key) {
  std::string regex = table.text(key);
  if (!table.unusable(key))
    if (const std::string wrong = why_no_pattern(regex); !wrong.empty()) table.problem(key, wrong);
  return regex;
}

std::string read_hex(Reader& table) {
  const auto bytes = of_hex(table.text("hex"));
  if (!bytes && !table.unusable("hex"))
    table.problem("hex", "must be pairs of hexadecimal digits, such as \"16 03 01\"");
  return bytes.value_or("");
}

void read_send(Reader& keys, TalkSpec& talk) {
  constexpr std::string_view forms = R"(a text, { hex = "16 03 01" } or { file = "hello.bin" })";
  const Value* value = keys.raw("send");
  if (value == nullptr) return;
  if (value->text() != nullptr) {
    talk.send = *value->text();
    return;
  }
  const faults::Member* member = only_member(keys, "send", *value, forms);
  if (member == nullptr) return;
  Reader table{*value, keys.subject() + ": send", keys.problems()};
  if (member->key == "hex") {
    talk.send = read_hex(table);
  } else if (member->key == "file") {
    const std::string name = table.text("file");
    if (!table.unusable("file")) talk.send = read_content(table, "file", name).value_or("");
  } else {
    keys.problem("send", fmt::format("must be {}", forms));
  }
}

/// A text, { hex = … } or { regex = … }. False for another table of one key.
template <typename Into>
bool read_bytes_or_pattern(Reader& keys, std::string_view key, const Value& value, std::string_view forms, Into& into) {
  if (value.text() != nullptr) {
    if (value.text()->empty()) keys.problem(key, "must not be empty");
    into = TalkSpec::Bytes{*value.text()};
    return true;
  }
  const faults::Member* member = only_member(keys, key, value, forms);
  if (member == nullptr) return true;
  Reader table{value, fmt::format("{}: {}", keys.subject(), key), keys.problems()};
  if (member->key == "hex") {
    into = TalkSpec::Bytes{read_hex(table)};
  } else if (member->key == "regex") {
    into = TalkSpec::Pattern{read_pattern(table, "regex")};
  } else {
    return false;
  }
  return true;
}

void read_expected(Reader& keys, TalkSpec& talk) {
  constexpr std::string_view forms = R"(a text, { hex = "16 03 01" } or { regex = "^OK" })";
  const Value* value = keys.raw("expect");
  if (value == nullptr || read_bytes_or_pattern(keys, "expect", *value, forms, talk.expect)) return;
  keys.problem("expect", fmt::format("must be {}", forms));
}

void read_until(Reader& keys, TalkSpec& talk) {
  constexpr std::string_view forms =
      R"(a text, { hex = "0d 0a" }, { regex = "OK.*\n" }, { length = 7 } or { close = true })";
  const Value* value = keys.raw("until");
  if (value == nullptr || read_bytes_or_pattern(keys, "until", *value, forms, talk.until)) return;
  Reader table{*value, keys.subject() + ": until", keys.problems()};
  if (value->find("length") != nullptr) {
    talk.until = TalkSpec::Length{table.count("length").at_least(1).at_most(longest_answer)};
  } else if (value->find("close") != nullptr && table.flag("close", false)) {
    talk.until = TalkSpec::Close{};
  } else {
    keys.problem("until", fmt::format("must be {}", forms));
  }
}

}  // namespace

void read_talk(Reader& keys, TalkSpec& talk) {
  read_send(keys, talk);
  read_until(keys, talk);
  read_expected(keys, talk);
}

}  // namespace firedrill::drills
