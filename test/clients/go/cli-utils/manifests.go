package main

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const settings = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: NAMESPACE}
data: {colour: green}
`

const database = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: database, namespace: NAMESPACE}
spec:
  selector: {matchLabels: {app: database}}
  template:
    metadata: {labels: {app: database}}
    spec: {containers: [{name: main, image: nginx}]}
`

const migration = `
apiVersion: batch/v1
kind: Job
metadata:
  name: migration
  namespace: NAMESPACE
  annotations:
    config.kubernetes.io/depends-on: apps/namespaces/NAMESPACE/Deployment/database
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: busybox, command: ["true"]}]
`

// The Service has an address only once it is there.
const service = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: NAMESPACE}
spec:
  selector: {app: web}
  ports: [{port: 80}]
`

const web = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: NAMESPACE
  annotations:
    config.kubernetes.io/depends-on: batch/namespaces/NAMESPACE/Job/migration
    config.kubernetes.io/apply-time-mutation: |
      - sourceRef: {kind: Service, name: web, namespace: NAMESPACE}
        sourcePath: $.spec.clusterIP
        targetPath: $.spec.template.spec.containers[0].env[0].value
        token: ${address}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: main
        image: nginx
        env: [{name: ADDRESS, value: "http://${address}/"}]
`

const unready = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: unready, namespace: NAMESPACE}
spec:
  selector: {matchLabels: {app: unready}}
  template:
    metadata: {labels: {app: unready}}
    spec:
      containers:
      - name: main
        image: busybox
        command: [sleep, "3600"]
        readinessProbe: {exec: {command: ["false"]}}
`

const dependent = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: dependent
  namespace: NAMESPACE
  annotations:
    config.kubernetes.io/depends-on: apps/namespaces/NAMESPACE/Deployment/unready
`

const kept = `
apiVersion: v1
kind: ConfigMap
metadata:
  name: kept
  namespace: NAMESPACE
  annotations: {client.lifecycle.config.k8s.io/deletion: detach}
`

const role = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAMESPACE-nodes}
rules: [{apiGroups: [""], resources: [nodes], verbs: [get]}]
`

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.cli-utils.example.com}
spec:
  group: cli-utils.example.com
  scope: Namespaced
  names: {kind: Gadget, listKind: GadgetList, plural: gadgets, singular: gadget}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
`

const gadget = `
apiVersion: cli-utils.example.com/v1
kind: Gadget
metadata: {name: lamp, namespace: NAMESPACE}
spec: {size: 3}
`

func objects(namespace string, manifests ...string) []*unstructured.Unstructured {
	var made []*unstructured.Unstructured
	for _, manifest := range manifests {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(strings.ReplaceAll(manifest, "NAMESPACE", namespace)), object); err != nil {
			panic(err)
		}
		made = append(made, object)
	}
	return made
}
