#!/usr/bin/env bash
# A Spark standalone cluster of two workers with a Spark Connect server, on free ports and with a token. The jars come from Maven Central
# once and stay in .services/spark/jars; without Java 17 or Maven, the tests of Spark are skipped.
set -euo pipefail
cd "$SERVICE"
version=4.2.0
if [ -f pid.txt ]; then
  old=$(cat pid.txt)
  if grep -qs services/spark.sh "/proc/$old/cmdline"; then
    kill "$old" || true
    while kill -0 "$old" 2> /dev/null; do sleep 0.1; done
  fi
  rm -f pid.txt url.txt
fi
rm -f skipped.txt
if ! command -v java > /dev/null || ! command -v mvn > /dev/null; then
  echo 'skipped: Spark needs java (17) and mvn' | tee skipped.txt
  exit 0
fi
if ! [ -f jars/complete-$version ]; then
  rm -rf jars
  dependency() { echo "<dependency><groupId>org.apache.spark</groupId><artifactId>$1_2.13</artifactId><version>$version</version></dependency>"; }
  cat > pom.xml << POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>attune</groupId><artifactId>spark</artifactId>
<version>1</version><dependencies>$(dependency spark-connect)$(dependency spark-mllib)</dependencies></project>
POM
  mvn -q -B dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=jars > maven.txt 2>&1 || { tail -5 maven.txt; exit 1; }
  touch "jars/complete-$version"
fi
rm -rf work warehouse checkpoints && mkdir -p work warehouse checkpoints
read -r master web connect < <(python3 -c '
import socket
open = [socket.socket() for _ in range(3)]
for s in open: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in open])')
export SPARK_HOME=$SERVICE SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_IP=127.0.0.1
opens=$(for package in java.{lang,lang.invoke,lang.reflect,io,net,nio,util,util.concurrent,util.concurrent.atomic} sun.{nio.ch,nio.cs,security.action,util.calendar} jdk.internal.ref; do
  printf -- '--add-opens=java.base/%s=ALL-UNNAMED ' "$package"
done)
# The tests' jobs are short, and most of their time would go to compiling code that runs a few times.
opens="$opens -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# Stops all of them when it is asked to stop.
cat > run.sh << 'RUN'
# services/spark.sh started this
trap 'kill $(jobs -p) 2> /dev/null; wait; exit 0' TERM INT
daemon() { local log=$1; shift; java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$SPARK_HOME/jars/*" "org.apache.spark.deploy.$@" > "$log" 2>&1 & }
daemon master.txt master.Master --host 127.0.0.1 --port "$MASTER" --webui-port "$WEB"
for worker in 1 2; do
  daemon "worker-$worker.txt" worker.Worker --host 127.0.0.1 --cores 1 --memory 1g --webui-port 0 --work-dir "$PWD/work/$worker" "spark://127.0.0.1:$MASTER"
done
java -Xmx1g $OPENS -cp "$SPARK_HOME/jars/*" org.apache.spark.deploy.SparkSubmit --master "spark://127.0.0.1:$MASTER" \
  --executor-memory 768m --executor-cores 1 --conf spark.executor.extraJavaOptions='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' \
  --conf spark.sql.codegen.wholeStage=false --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=2 \
  --conf spark.sql.warehouse.dir="$PWD/warehouse" --conf spark.connect.authenticate.token=secret \
  --conf spark.checkpoint.dir="$PWD/checkpoints" \
  --conf spark.connect.grpc.binding.address=127.0.0.1 --conf spark.connect.grpc.binding.port="$CONNECT" \
  --class org.apache.spark.sql.connect.service.SparkConnectServer spark-internal > connect.txt 2>&1 &
wait
RUN
MASTER=$master WEB=$web CONNECT=$connect OPENS=$opens setsid bash run.sh services/spark.sh > log.txt 2>&1 < /dev/null &
echo $! > pid.txt
for _ in $(seq 1500); do
  if (exec 3<> "/dev/tcp/127.0.0.1/$connect") 2> /dev/null && python3 -c "
import json, urllib.request as u
assert json.load(u.urlopen('http://127.0.0.1:$web/json/', timeout=2))['aliveworkers'] == 2" 2> /dev/null; then
    echo "sc://127.0.0.1:$connect/;token=secret;use_ssl=false" > url.txt
    exit 0
  fi
  kill -0 "$(cat pid.txt)" 2> /dev/null || break
  sleep 0.2
done
tail -20 connect.txt
exit 1
