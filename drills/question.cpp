// Questions that libcurl asks.
#include "drills/question.hpp"

#include <chrono>
#include <cstdint>
#include <system_error>
#include <type_traits>

#include <fmt/format.h>

#include "drills/curl.hpp"
#include "faults/units.hpp"
#include "proxy/endpoint.hpp"

namespace firedrill::drills {
namespace {

/// While it is being asked.
struct Added {
  Added(const Multi& m, const Easy& e) : multi{m}, easy{e} { curl().multi_add_handle(multi.get(), easy.get()); }
  ~Added() { curl().multi_remove_handle(multi.get(), easy.get()); }
  Added(const Added&) = delete;
  Added& operator=(const Added&) = delete;
  const Multi& multi;
  const Easy& easy;
};

std::optional<CURLcode> perform(const Easy& easy, Duration timeout, int bell) {
  const Multi multi = make_multi();
  if (!multi) return CURLE_OUT_OF_MEMORY;
  const Added added{multi, easy};
  curl().easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::chrono::ceil<std::chrono::milliseconds>(timeout).count()));
  while (true) {
    int running = 0;
    curl().multi_perform(multi.get(), &running);
    int left = 0;
    if (const CURLMsg* message = curl().multi_info_read(multi.get(), &left)) return message->data.result;
    curl_waitfd rung{bell, CURL_WAIT_POLLIN, 0};
    curl().multi_poll(multi.get(), &rung, 1, 1000, nullptr);
    if (rung.revents != 0) return std::nullopt;
  }
}

std::string failure(const Easy& easy, CURLcode code, Duration timeout) {
  const int error = system_error(easy.get());
  if (code == CURLE_OPERATION_TIMEDOUT) return fmt::format("no answer within {}", faults::show(timeout));
  if (code == CURLE_COULDNT_CONNECT && error != 0) return std::generic_category().message(error);
  return curl().easy_strerror(code);
}

Answer judged(const Easy& easy, CURLcode code, const HttpQuestion& question, Duration timeout) {
  if (code != CURLE_OK) return {false, failure(easy, code, timeout)};
  const long got = status(easy.get());
  if (got == question.status) return {true, {}};
  return {false, fmt::format("status {}, not {}", got, question.status)};
}

std::optional<Answer> ask(const HttpQuestion& question, Duration timeout, int bell) {
  const Easy easy = plain_get(question.url, timeout);
  if (!easy) return Answer{false, "out of descriptors or memory"};
  const auto code = perform(easy, timeout, bell);
  if (!code) return std::nullopt;
  return judged(easy, *code, question, timeout);
}

std::optional<Answer> ask(const TcpQuestion& question, Duration timeout, int bell) {
  const auto address = proxy::Endpoint::parse(question.address);
  if (!address) return Answer{false, "not an address: " + question.address};
  const Easy easy = plain_get("http://" + (address->is_unix() ? "localhost" : question.address) + "/", timeout);
  if (!easy) return Answer{false, "out of descriptors or memory"};
  if (address->is_unix()) curl().easy_setopt(easy.get(), CURLOPT_UNIX_SOCKET_PATH, address->path.c_str());
  curl().easy_setopt(easy.get(), CURLOPT_CONNECT_ONLY, 1L);
  const auto code = perform(easy, timeout, bell);
  if (!code) return std::nullopt;
  if (*code == CURLE_OK) return Answer{true, {}};
  if (*code == CURLE_OPERATION_TIMEDOUT) return Answer{false, "no connection within " + faults::show(timeout)};
  return Answer{false, failure(easy, *code, timeout)};
}

}  // namespace

std::optional<Answer> ask(const Question& question, Duration timeout, int bell) {
  return std::visit([&](const auto& q) { return ask(q, timeout, bell); }, question);
}

}  // namespace firedrill::drills
