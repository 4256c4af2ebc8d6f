#!/usr/bin/env bash
# A Kafka broker (KRaft, one node) out of jars from Maven Central, on a free port; its address goes to url.txt, its process to pid.txt.
# Its data stays between starts with KEEP=1, on the same port: how the tests restart it, ended by the signal STOP. Needs Java 17 and Maven; without them the tests of
# Kafka are skipped.
set -euo pipefail
cd "$SERVICE"
version=${KAFKA:-4.2.0}
if [ -f pid.txt ]; then
  old=$(cat pid.txt)
  if grep -qs kafka.Kafka "/proc/$old/cmdline"; then
    kill "-${STOP:-SIGTERM}" "$old" || true
    for _ in $(seq 100); do kill -0 "$old" 2> /dev/null || break; sleep 0.1; done
    kill -9 "$old" 2> /dev/null || true
  fi
  rm -f pid.txt
fi
rm -f skipped.txt
if ! command -v java > /dev/null || { ! [ -d "jars-$version" ] && ! command -v mvn > /dev/null; }; then
  echo 'skipped: no Java 17 and Maven to run Kafka with' | tee skipped.txt
  exit 0
fi
if ! [ -d "jars-$version" ]; then
  cat > pom.xml << POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies></project>
POM
  mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="jars-$version.part" > maven.txt 2>&1 || { tail -5 maven.txt; exit 1; }
  mv "jars-$version.part" "jars-$version"
fi
# Below the ports that the system gives to clients: one of them could have the port while the broker is away.
freeport() {
  python3 -c '
import random, socket
while True:
    port = random.randrange(20000, 32768)
    try:
        socket.socket().bind(("127.0.0.1", port))
        break
    except OSError:
        pass
print(port)'
}
java=(java -Xmx512m -Xms128m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "jars-$version/*" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn)
if [ -z "${KEEP:-}" ] || ! [ -d data ]; then
  rm -rf data url.txt log.txt
  port=$(freeport)
  controller=$(freeport)
  cat > server.properties << PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$SERVICE/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
group.min.session.timeout.ms=500
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
PROPERTIES
  id=$(python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(16)).decode()[:22])')
  "${java[@]}" kafka.tools.StorageTool format --cluster-id="$id" -c server.properties > format.txt 2>&1
fi
port=$(sed -n 's,^advertised.listeners=PLAINTEXT://127.0.0.1:,,p' server.properties)
# A broker that was killed now and then hangs when it starts, before it listens.
for attempt in 1 2 3; do
  echo "start $(date +%T), attempt $attempt" >> log.txt
  setsid "${java[@]}" kafka.Kafka server.properties >> log.txt 2>&1 < /dev/null &
  echo $! > pid.txt
  for _ in $(seq 450); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
      echo "127.0.0.1:$port" > url.txt
      exit 0
    fi
    kill -0 "$(cat pid.txt)" 2> /dev/null || break
    sleep 0.1
  done
  kill -9 "$(cat pid.txt)" 2> /dev/null || true
  sleep 1
done
tail -20 log.txt
exit 1
