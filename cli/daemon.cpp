// One libcurl handle; problem details (RFC 9457) become lines for a person.
#include "cli/daemon.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <new>
#include <utility>

#include "cli/commands.hpp"
#include "cli/exchange.hpp"
#include "cli/text.hpp"
#include "control/http.hpp"
#include "faults/units.hpp"
#include "proxy/endpoint.hpp"

namespace firedrill::cli {
namespace {

using drills::curl;

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return value == nullptr ? "" : value;
}

std::string address_of(const std::string& given) {
  const std::string from_outside = given.empty() ? variable("FIREDRILL_CONTROL") : given;
  const std::string text = from_outside.empty() ? "127.0.0.1:8474" : from_outside;
  const auto endpoint = proxy::Endpoint::parse(text);
  const auto fits = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
  };
  if (endpoint && !endpoint->is_unix() && !endpoint->host.empty() && endpoint->port != 0 &&
      std::all_of(endpoint->host.begin(), endpoint->host.end(), fits))
    return endpoint->text();
  throw NotDone{exit_bad_input,
                {fmt::format("{} {}: must be a host and a port, such as 127.0.0.1:8474",
                             given.empty() ? "FIREDRILL_CONTROL" : "--control", text)}};
}

std::string token_of(const std::string& file) {
  std::string token = variable("FIREDRILL_TOKEN");
  if (!file.empty()) {
    std::ifstream stream{file};
    token.clear();
    if (!std::getline(stream, token) || token.empty())
      throw NotDone{exit_bad_input, {fmt::format("--token-file {}: there is no token to be read", file)}};
  }
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  const auto visible = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
  if (std::all_of(token.begin(), token.end(), visible)) return token;
  throw NotDone{
      exit_bad_input,
      {fmt::format("{}: the token has characters that no token has", file.empty() ? "FIREDRILL_TOKEN" : file)}};
}

// Who is shown as the one who did it: "ada@laptop".
std::string myself() {
  const passwd* entry = ::getpwuid(::geteuid());  // NOLINT(concurrency-mt-unsafe): there is one thread
  const std::string user = entry != nullptr ? entry->pw_name : fmt::format("{}", ::geteuid());
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return user;
  return harmless(fmt::format("{}@{}", user, host.data()));
}

drills::Headers headers_with(const std::string& token) {
  std::vector<std::string> lines{"Content-Type: application/json", "From: " + myself()};
  if (!token.empty()) lines.push_back("Authorization: Bearer " + token);
  drills::Headers headers;
  for (const std::string& line : lines) {
    curl_slist* longer = curl().slist_append(headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
  return headers;
}

std::string why_no_answer(CURLcode code, const std::string& address, faults::Duration patience) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return fmt::format("nobody answers at {}; start one with: firedrill serve", address);
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("{}: there is no such host", address);
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("{} has not answered within {}", address, faults::show(patience));
    default:
      return fmt::format("{}: {}", address, curl().easy_strerror(code));
  }
}

std::string not_a_daemon(const std::string& address) {
  return fmt::format("what answers at {} is no firedrill serve", address);
}

int exit_code_of(unsigned status) {
  if (status >= 500) return exit_errored;
  return status == 404 || status == 409 || status == 423 ? exit_refused : exit_bad_input;
}

std::string text_if_any(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// "/delay.ramp" where the text does not name the key itself.
std::string line_of(const Json& error) {
  const std::string pointer = text_if_any(error, "pointer"), detail = text_if_any(error, "detail");
  const std::string key = pointer.substr(pointer.rfind('/') + 1);
  return pointer.empty() || detail.find(key) != std::string::npos ? detail : pointer + ": " + detail;
}

NotDone refusal(unsigned status, const Json& problem, const std::string& address) {
  if (status == 401)
    return {
        exit_bad_input,
        {fmt::format("{} asks for a token that it knows; give one with FIREDRILL_TOKEN or --token-file FILE", address)},
        status};
  const std::string detail = problem.is_object() ? text_if_any(problem, "detail") : "";
  if (detail.empty() && status < 500) return {exit_errored, {not_a_daemon(address)}, status};
  if (detail.empty()) return {exit_errored, {fmt::format("{} answered with status {}", address, status)}, status};
  std::vector<std::string> lines;
  if (const auto errors = problem.find("errors"); errors != problem.end() && errors->is_array())
    for (const Json& error : *errors)
      if (error.is_object()) lines.push_back(line_of(error));
  if (lines.size() != 1) lines.insert(lines.begin(), detail);
  return {exit_code_of(status), lines, status};
}

}  // namespace

NotDone::NotDone(int code, std::vector<std::string> why, unsigned http_status)
    : std::runtime_error{fmt::format("{}", fmt::join(why, "\n"))},
      exit_code{code},
      lines{std::move(why)},
      status{http_status} {}

Daemon::Daemon(const Access& access, faults::Duration patience)
    : address_{address_of(access.control)},
      patience_{patience},
      headers_{headers_with(token_of(access.token_file))},
      easy_{drills::plain_get("http://" + address_, patience)} {
  if (!easy_) throw std::runtime_error{"out of descriptors or memory"};
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(patience);
  curl().easy_setopt(easy_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(ms.count()));
  curl().easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get());
}

unsigned Daemon::exchange(const std::string& method, const std::string& path, const Json& body, std::string& answer) {
  CURL* easy = easy_.get();
  if (const CURLcode code = cli::exchange(easy, method, "http://" + address_ + path, body, answer); code != CURLE_OK)
    throw NotDone{exit_errored, {why_no_answer(code, address_, patience_)}};
  const auto status = static_cast<unsigned>(drills::status(easy));
  if (status >= 200 && status < 300) return status;
  throw refusal(status, answer.empty() ? Json(nullptr) : Json::parse(answer, nullptr, false), address_);
}

Json Daemon::ask(const std::string& method, const std::string& path, const Json& body) {
  std::string answer;
  const unsigned status = exchange(method, path, body, answer);
  Json json = answer.empty() ? Json(nullptr) : Json::parse(answer, nullptr, false);
  if (json.is_discarded()) throw NotDone{exit_errored, {not_a_daemon(address_)}, status};
  return json;
}

std::string Daemon::text(const std::string& path) {
  std::string answer;
  exchange("GET", path, nullptr, answer);
  return answer;
}

std::string path_of(const std::string& proxy) { return "/v1/proxies/" + control::segment(proxy); }

std::string path_of(const std::string& proxy, const std::string& fault) {
  return path_of(proxy) + "/faults/" + control::segment(fault);
}

}  // namespace firedrill::cli
