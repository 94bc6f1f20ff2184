#include "config/load.hpp"
#include "tools/cafqd/broker.hpp"
#include "tools/daemon/start.hpp"

int main(int argc, char** argv) {
  return cafq::start(argc, argv, cafq::config::role::broker, cafq::run_broker);
}
