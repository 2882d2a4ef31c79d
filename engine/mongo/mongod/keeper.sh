# The parent of mongod, which stays when the app is replaced or killed: it stops a mongod that no app has used for so
# many seconds. Usage: keeper.sh SECONDS FILE_WITH_THE_PID_OF_THE_APP COMMAND...
seconds=$1 app=$2
shift 2
"$@" &
mongod=$!
trap 'wait $mongod' TERM

watch() {
    alone=0
    while kill -0 $mongod && [ $alone -lt "$seconds" ]; do
        sleep 1
        if kill -0 "$(cat "$app")"; then alone=0; else alone=$((alone + 1)); fi
    done
    kill $mongod
}
watch >/dev/null 2>&1 &

wait $mongod
