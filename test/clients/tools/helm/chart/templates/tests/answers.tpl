apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-answers
  annotations:
    helm.sh/hook: test
spec:
  restartPolicy: Never
  containers:
    - name: ask
      image: busybox
      command: [wget, -qO-, "http://{{ .Release.Name }}"]
