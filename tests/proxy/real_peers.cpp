// How these servers are started and spoken to.
#include "real_peers.hpp"

#include <filesystem>

namespace firedrill::tests {
namespace {

const std::string initdb = program({"/usr/lib/postgresql/*/bin/initdb", "initdb"});
const std::string pgbench = program({"/usr/lib/postgresql/*/bin/pgbench", "pgbench"});

Command at(const std::string& client, std::uint16_t port, const Command& words) {
  Command whole{program({client}), "-h", "127.0.0.1", "-p", std::to_string(port)};
  whole.insert(whole.end(), words.begin(), words.end());
  return whole;
}

// One session, no TLS: what the server says first is the answer to what the client said first.
std::string session(std::uint16_t port, const std::string& settings) {
  return "host=127.0.0.1 port=" + std::to_string(port) +
         " user=drill dbname=postgres sslmode=disable gssencmode=disable " + settings;
}

}  // namespace

std::string RedisServer::wanting() {
  if (program({"redis-server"}).empty()) return "redis-server";
  return program({"redis-cli"}).empty() || program({"redis-benchmark"}).empty() ? "redis-tools" : "";
}

RedisServer::RedisServer()
    : port_{free_port()},
      server_{std::make_unique<ChildProcess>(Command{program({"redis-server"}), "--port", std::to_string(port_),
                                                     "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir",
                                                     directory_.path()})} {}

Command RedisServer::cli(std::uint16_t port, const Command& words) const { return at("redis-cli", port, words); }

Command RedisServer::benchmark(std::uint16_t port, const Command& words) const {
  Command quiet{"-q"};
  quiet.insert(quiet.end(), words.begin(), words.end());
  return at("redis-benchmark", port, quiet);
}

std::string PostgresServer::wanting() {
  if (initdb.empty()) return "postgresql";
  if (program({"psql"}).empty()) return "postgresql-client";
  return pgbench.empty() ? "postgresql-contrib" : "";
}

PostgresServer::PostgresServer() : data_{directory_ / "data"}, port_{free_port()} {
  std::filesystem::create_directory(data_);
  const Exited made = run(without_rights(
      {initdb, "-D", data_, "-A", "trust", "-U", "drill", "-E", "UTF8", "--locale=C", "--no-sync"}, data_));
  if (made.code != 0) ADD_FAILURE() << made.output;
  server_ = std::make_unique<ChildProcess>(without_rights(
      {std::filesystem::path{initdb}.parent_path() / "postgres", "-D", data_, "-p", std::to_string(port_), "-k", data_,
       "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=100"},
      data_));
}

PostgresServer::~PostgresServer() { server_->stop(SIGINT); }  // fast shutdown: does not wait for clients

bool PostgresServer::is_up() {
  return server_->wait_for_port(port_) && eventually([this] { return query(port_, "select 1").code == 0; });
}

Command PostgresServer::psql(std::uint16_t port, const std::string& sql) const {
  return {program({"psql"}), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, session(port, "")};
}

Command PostgresServer::bench(std::uint16_t port, const Command& options, const std::string& settings) const {
  Command whole{pgbench};
  whole.insert(whole.end(), options.begin(), options.end());
  whole.push_back(session(port, settings));
  return whole;
}

}  // namespace firedrill::tests
