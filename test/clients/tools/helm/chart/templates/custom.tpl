{{- with .Values.custom }}
apiVersion: example.com/v1
kind: {{ . }}
metadata:
  name: {{ $.Release.Name }}
{{- end }}
