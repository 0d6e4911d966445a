// Requests, by http_parser, one at a time.
#include "drills/request_parser.hpp"

#include <fmt/format.h>

namespace firedrill::drills {
namespace {

constexpr std::uint32_t header_limit = 8 * 1024;

// The library keeps this limit in one variable for the whole process: set before there are threads to race with.
const bool header_limit_set = (http_parser_set_max_header_size(header_limit), true);

}  // namespace

http_parser_settings RequestParser::make_settings() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_headers_complete = [](http_parser* parser) {
    parser->upgrade = 0;  // offers to speak something else are declined: what follows is HTTP
    return 0;
  };
  settings.on_message_complete = [](http_parser* parser) {
    auto& self = *static_cast<RequestParser*>(parser->data);
    self.complete_ = true;
    self.keep = http_should_keep_alive(parser) != 0;
    http_parser_pause(parser, 1);  // one request at a time: answers leave in order
    return 0;
  };
  return settings;
}

RequestParser::RequestParser() {
  http_parser_init(&parser_, HTTP_REQUEST);
  parser_.data = this;
}

RequestParser::Parsed RequestParser::parse(std::string_view bytes) {
  static const http_parser_settings parsing = make_settings();
  const std::size_t used = http_parser_execute(&parser_, &parsing, bytes.data(), bytes.size());
  if (complete_) {
    early = bytes.substr(used);
    return Parsed::whole;
  }
  const auto error = HTTP_PARSER_ERRNO(&parser_);
  if (error == HPE_OK) return Parsed::part;
  return error == HPE_HEADER_OVERFLOW ? Parsed::too_large : Parsed::malformed;
}

void RequestParser::resume() {
  complete_ = false;
  http_parser_pause(&parser_, 0);
}

std::string answer_head(unsigned status, std::uint64_t body, bool keep) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, http_status_str(static_cast<http_status>(status)));
  // RFC 9110, 8.6: 204 may not speak of a length.
  if (status != 204) text += fmt::format("Content-Length: {}\r\n", status == 304 ? 0 : body);
  if (body > 0) text += "Content-Type: text/plain\r\n";
  return text + fmt::format("Connection: {}\r\n\r\n", keep ? "keep-alive" : "close");
}

}  // namespace firedrill::drills
