// Lines are found once, places by bisection.
#include "lint/source.hpp"

#include <algorithm>
#include <utility>

namespace firedrill::lint {

Source::Source(std::string name, std::string text) : name_{std::move(name)}, text_{std::move(text)} {
  for (std::size_t at = 0; at < text_.size();) {
    starts_.push_back(at);
    const std::size_t end = text_.find('\n', at);
    at = end == std::string::npos ? text_.size() : end + 1;
  }
}

std::string_view Source::line(std::uint32_t number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t begin = starts_[number - 1];
  std::string_view rest = std::string_view{text_}.substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

Source::At Source::at(std::size_t offset) const {
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  if (next == starts_.begin()) return {1, 1};
  const auto line = static_cast<std::uint32_t>(next - starts_.begin());
  return {line, static_cast<std::uint32_t>(offset - *(next - 1) + 1)};
}

std::uint32_t Source::column_of(std::uint32_t number, std::uint32_t character) const {
  const std::string_view text = line(number);
  std::uint32_t column = 0;
  for (std::uint32_t left = character; left > 0 && column <= text.size(); ++column)
    if (column == text.size() || (static_cast<unsigned char>(text[column]) & 0xc0) != 0x80) --left;
  return column;
}

std::uint32_t Spot::character() const {
  if (source == nullptr || line == 0 || column == 0) return column;
  const std::string_view before = source->line(line).substr(0, column - 1);
  const auto later = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;  // goes on with a character of UTF-8
  });
  return column - static_cast<std::uint32_t>(later);
}

std::string line_of(const Spot& spot, const Spot& speaker) {
  const std::string line = "line " + std::to_string(spot.line);
  return spot.source == speaker.source ? line : line + " of " + spot.source->name();
}

const Source* Sources::open(const std::string& path, std::string& why) {
  for (const Source& known : all_)
    if (known.name() == path) return &known;
  std::optional<std::string> text = files_.read(path, why);
  if (text && text->size() > most_bytes) {
    why = "is larger than 64 MiB";
    text.reset();
  }
  return text ? add(path, *std::move(text)) : nullptr;
}

const Source* Sources::add(std::string name, std::string text) {
  return &all_.emplace_back(std::move(name), std::move(text));
}

}  // namespace firedrill::lint
