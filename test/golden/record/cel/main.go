// Answers what Kubernetes' own libraries make of expressions: a list of cases as JSON on stdin, the answers on stdout.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	"k8s.io/apiserver/pkg/cel/mutation"
	"k8s.io/apiserver/pkg/cel/openapi"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

type testCase struct {
	Expression string          `json:"expression"`
	Schema     json.RawMessage `json:"schema,omitempty"`
	Root       bool            `json:"root,omitempty"`
	Self       json.RawMessage `json:"self,omitempty"`
	OldSelf    json.RawMessage `json:"oldSelf,omitempty"`
	Mutation   bool            `json:"mutation,omitempty"`
}

type answer struct {
	Issues   string     `json:"issues,omitempty"`
	Program  string     `json:"program,omitempty"`
	Type     string     `json:"type,omitempty"`
	Estimate *[2]string `json:"estimate,omitempty"`
	Value    string     `json:"value,omitempty"`
	Error    string     `json:"error,omitempty"`
	Cost     *uint64    `json:"cost,omitempty"`
}

// The sizes that a schema allows, as rules of custom resources are estimated with.
type sizeEstimator struct{ root *apiservercel.DeclType }

func (c *sizeEstimator) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if len(element.Path()) == 0 || c.root == nil {
		return nil
	}
	node := c.root
	for _, name := range element.Path()[1:] {
		switch name {
		case "@items", "@values":
			if node.ElemType == nil {
				return nil
			}
			node = node.ElemType
		case "@keys":
			if node.KeyType == nil {
				return nil
			}
			node = node.KeyType
		default:
			f, ok := node.Fields[name]
			if !ok || f.Type == nil {
				return nil
			}
			node = f.Type
		}
	}
	return &checker.SizeEstimate{Min: 0, Max: uint64(node.MaxElements)}
}
func (c *sizeEstimator) EstimateCallCost(
	_, _ string, _ *checker.AstNode, _ []checker.AstNode,
) *checker.CallEstimate {
	return nil
}

func display(v ref.Val) string {
	switch t := v.(type) {
	case types.String:
		b, _ := json.Marshal(string(t))
		return string(b)
	case types.Bytes:
		return fmt.Sprintf("b%x", []byte(t))
	case types.Int:
		return fmt.Sprintf("%d", int64(t))
	case types.Uint:
		return fmt.Sprintf("%du", uint64(t))
	case types.Double:
		return fmt.Sprintf("double(%v)", float64(t))
	case types.Bool:
		return fmt.Sprintf("%v", bool(t))
	case types.Null:
		return "null"
	case types.Duration:
		return "duration(" + fmt.Sprint(t.Duration.Nanoseconds()) + ")"
	case types.Timestamp:
		return "timestamp(" + t.Time.UTC().Format("2006-01-02T15:04:05.999999999Z07:00") + ")"
	case *types.Type:
		return "type(" + t.TypeName() + ")"
	case *types.Optional:
		if t.HasValue() {
			return "optional(" + display(t.GetValue()) + ")"
		}
		return "optional.none"
	case traits.Lister:
		parts := []string{}
		for it := t.Iterator(); it.HasNext() == types.True; {
			parts = append(parts, display(it.Next()))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case traits.Mapper:
		parts := []string{}
		for it := t.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			parts = append(parts, display(k)+": "+display(t.Get(k)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return v.Type().TypeName()
}

func run(c testCase) (a answer) {
	defer func() {
		if r := recover(); r != nil {
			a.Error = fmt.Sprintf("panic: %v", r)
		}
	}()
	base := environment.MustBaseEnvSet(version.MajorMinor(1, 37))
	var decl *apiservercel.DeclType
	var schema *spec.Schema
	opts := environment.VersionedOptions{IntroducedVersion: version.MajorMinor(1, 0)}
	vars := map[string]interface{}{}
	value := func(raw json.RawMessage) interface{} {
		if raw == nil {
			return nil
		}
		var v interface{}
		if err := utiljson.Unmarshal(raw, &v); err != nil {
			panic(err)
		}
		if schema != nil {
			return openapi.UnstructuredToVal(v, schema)
		}
		return v
	}
	if c.Schema != nil {
		schema = &spec.Schema{}
		if err := json.Unmarshal(c.Schema, schema); err != nil {
			panic(err)
		}
		decl = openapi.SchemaDeclType(schema, c.Root)
		if decl == nil {
			a.Error = "no declaration"
			return
		}
		scoped := decl.MaybeAssignTypeName("selfType")
		opts.DeclTypes = []*apiservercel.DeclType{scoped}
		opts.EnvOptions = []cel.EnvOption{
			cel.Variable("self", scoped.CelType()),
			cel.Variable("oldSelf", scoped.CelType()),
		}
	} else {
		opts.EnvOptions = []cel.EnvOption{cel.Variable("self", cel.DynType), cel.Variable("oldSelf", cel.DynType)}
	}
	if c.Mutation {
		resolver := common.ResolverEnvOption(&mutation.DynamicTypeResolver{})
		opts.EnvOptions = append(opts.EnvOptions, library.JSONPatch(), resolver)
	}
	set, err := base.Extend(opts)
	if err != nil {
		a.Error = err.Error()
		return
	}
	env := set.StoredExpressionsEnv()
	ast, issues := env.Compile(c.Expression)
	if issues != nil {
		a.Issues = issues.String()
		return
	}
	a.Type = cel.FormatCELType(ast.OutputType())
	est := &library.CostEstimator{SizeEstimator: &sizeEstimator{root: decl}}
	cost, err := env.EstimateCost(ast, est)
	if err == nil {
		a.Estimate = &[2]string{fmt.Sprint(cost.Min), fmt.Sprint(cost.Max)}
	}
	prog, err := env.Program(ast,
		cel.CostLimit(celconfig.PerCallLimit),
		cel.CostTracking(est),
		cel.InterruptCheckFrequency(celconfig.CheckFrequency),
	)
	if err != nil {
		a.Program = err.Error()
		return
	}
	if c.Self == nil && c.Schema != nil {
		return
	}
	if c.Self != nil {
		vars["self"] = value(c.Self)
	}
	if c.OldSelf != nil {
		vars["oldSelf"] = value(c.OldSelf)
	}
	out, details, err := prog.Eval(vars)
	if details != nil && details.ActualCost() != nil {
		a.Cost = details.ActualCost()
	}
	if err != nil {
		a.Error = err.Error()
		return
	}
	a.Value = display(out)
	return
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	answers := make([]answer, len(cases))
	for i, c := range cases {
		answers[i] = run(c)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(answers); err != nil {
		panic(err)
	}
}
