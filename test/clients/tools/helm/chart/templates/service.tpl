apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "shop.labels" . | nindent 4 }}
spec:
  selector: {{- include "shop.labels" . | nindent 4 }}
  ports:
    - port: 80
