// What an HTTP load asks: method, headers, bodies.
#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "drills/load_reading.hpp"

namespace firedrill::drills {
namespace {

constexpr std::array<std::string_view, 7> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::size_t most_headers = 100, longest_value = 8 * 1024;
constexpr std::size_t longest_body = 16 * 1024 * 1024, most_files = 100, most_bytes = 64 * 1024 * 1024;

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) {
  return text.size() <= longest_value && std::none_of(text.begin(), text.end(), [](char c) {
           return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
         });
}

std::string in_small(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

void read_headers(Reader& keys, RequestSpec& request) {
  const Value* value = keys.raw("headers");
  if (value == nullptr) return;
  if (value->table() == nullptr)
    return keys.problem("headers", R"(must be a table such as { Accept = "text/html", "X-Tenant" = "7" })");
  if (value->table()->size() > most_headers)
    return keys.problem("headers", fmt::format("at most {} of them", most_headers));
  Reader headers{*value, keys.subject() + ": headers", keys.problems()};
  std::set<std::string> seen;
  for (const faults::Member& member : *value->table()) {
    const std::string small = in_small(member.key);
    if (!seen.insert(small).second) {
      headers.problem(member.key, "is given twice: capitals make no other header of it; write it once");
      continue;
    }
    if (!is_token(member.key)) {
      headers.problem(member.key, "is no name of a header");
    } else if (small == "content-length" || small == "transfer-encoding" || small == "connection") {
      headers.problem(member.key, "is not for a drill to say: it follows from the body and from keep_alive");
    } else if (member.value.text() == nullptr || !is_value(*member.value.text())) {
      headers.problem(member.key, "must be a text of at most 8KiB on one line");
    } else {
      request.headers.emplace_back(member.key, *member.value.text());
    }
  }
}

void read_bodies(Reader& keys, RequestSpec& request) {
  if (keys.has("body") && keys.has("body_file"))
    keys.problem("body_file", "body is given too; a request has one of the two");
  if (const auto body = keys.maybe_text("body")) request.bodies.push_back(std::make_shared<const std::string>(*body));
  const std::vector<std::string> files = keys.texts("body_file");
  if (files.size() > most_files) return keys.problem("body_file", fmt::format("at most {} files", most_files));
  std::size_t sum = 0;
  for (const std::string& file : files) {
    auto content = read_content(keys, "body_file", file);
    if (!content) return;
    sum += content->size();
    request.bodies.push_back(std::make_shared<const std::string>(std::move(*content)));
  }
  if (sum > most_bytes) keys.problem("body_file", "at most 64MiB together");
}

}  // namespace

std::optional<std::string> read_content(Reader& keys, std::string_view key, const std::string& name) {
  const auto path = std::filesystem::path{keys.table().place.directory()} / name;
  std::error_code error;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, error)) file.open(path, std::ios::binary);  // a FIFO would keep us waiting
  const auto size = file.is_open() ? std::filesystem::file_size(path, error) : 0;
  if (!file.is_open() || error || name.find('\0') != std::string::npos) {
    keys.problem(key, fmt::format("\"{}\" cannot be read, or is no file", name));
    return std::nullopt;
  }
  if (size > longest_body) {
    keys.problem(key, fmt::format("\"{}\" is longer than 16MiB", name));
    return std::nullopt;
  }
  std::string content(size, '\0');
  file.read(content.data(), static_cast<std::streamsize>(size));
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

void read_request(Reader& keys, RequestSpec& request) {
  request.method = keys.text("method", "");
  const bool known = std::find(methods.begin(), methods.end(), request.method) != methods.end();
  if (keys.has("method") && !known) keys.problem("method", fmt::format("must be one of {}", fmt::join(methods, ", ")));
  read_headers(keys, request);
  read_bodies(keys, request);
  if (request.method == "HEAD" && !request.bodies.empty()) keys.problem("method", "asks for no body and is given one");
}

}  // namespace firedrill::drills
