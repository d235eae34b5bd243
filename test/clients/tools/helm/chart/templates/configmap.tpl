{{- $existing := lookup "v1" "ConfigMap" .Release.Namespace "existing" }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "shop.labels" . | nindent 4 }}
data:
  greeting: {{ .Values.greeting | quote }}
  kept: {{ dig "data" "word" "nothing" $existing | quote }}
  version: "{{ .Capabilities.KubeVersion.Major }}.{{ .Capabilities.KubeVersion.Minor }}"
  budgets: {{ .Capabilities.APIVersions.Has "policy/v1/PodDisruptionBudget" | quote }}
